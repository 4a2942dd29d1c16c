import http, { type IncomingMessage } from "node:http";
import https from "node:https";

/** One call of an API server. */
export interface HttpRequest {
  readonly method: string;
  readonly signal: AbortSignal;
  readonly body?: object | undefined;
  readonly agent: http.Agent;
  readonly bearer: string | undefined;
}

/** Sends it; resolves when the answer has begun. */
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

/** Kubernetes names who has written a field by what comes before the slash. */
const USER_AGENT = "docker-awakening-gateway/1";

/** More of an answer than this is not read. */
const BYTE_LIMIT = 64 * 1024 * 1024;

/** Returns the whole body of an answer. */
export async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BYTE_LIMIT) throw new Error(`the answer is longer than ${BYTE_LIMIT} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
