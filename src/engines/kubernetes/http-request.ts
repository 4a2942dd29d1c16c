import http, { type IncomingMessage } from "node:http";
import https from "node:https";

/** One request to an API server. */
export interface HttpRequest {
  readonly method: string;
  readonly signal: AbortSignal;
  readonly body?: object | undefined;
  readonly agent: http.Agent;
  readonly bearer: string | undefined;
}

/** Sends a request; resolves at the head of the response. */
export function request(place: string, { body, bearer, ...options }: HttpRequest): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { request: open } = place.startsWith("https:") ? https : http;
  open(place, {
    ...options,
    headers: {
      accept: "application/json",
      "user-agent": USER_AGENT,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(payload !== undefined && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(payload),
      }),
    },
  })
    .on("response", resolve)
    .on("error", reject)
    .end(payload);
  return promise;
}

/** Kubernetes records the part before the slash as the manager of the fields that it writes. */
const USER_AGENT = "docker-awakening-gateway/1";

/** The limit for the body of a response. */
const BYTE_LIMIT = 64 * 1024 * 1024;

/** Returns the whole body of a response. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BYTE_LIMIT) throw new Error(`the response is longer than ${BYTE_LIMIT} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
