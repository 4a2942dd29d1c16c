import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from "node:http";
import { createServer } from "node:net";
import type { Readable } from "node:stream";

/** A request exactly as a test sends it: nothing is added, and redirects are not followed. */
export interface RequestSpec {
  readonly port: number;
  /** The Host field, with any value. */
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** A stream is sent chunked, unless there is a Content-Length. */
  readonly body?: string | Buffer | Readable;
  /** The address to connect to; default 127.0.0.1. */
  readonly address?: string;
  readonly signal?: AbortSignal;
}

/** A complete response. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  readonly text: string;
  /** The time from sending to the head of the response. */
  readonly headMs: number;
  json(): any;
}

/** The fields of a browser's navigation. */
export const navigation = { accept: "text/html,application/xhtml+xml", "sec-fetch-mode": "navigate" } as const;

/** Sends a request; resolves with the complete response, whatever its status. */
export async function request(spec: RequestSpec): Promise<Answer> {
  const began = performance.now();
  const message = await openRequest(spec);
  const headMs = performance.now() - began;
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { statusCode = 0, headers, rawHeaders, trailers } = message;
  const text = body.toString("utf8");
  return { status: statusCode, headers, rawHeaders, trailers, body, text, headMs, json: () => JSON.parse(text) };
}

/** Sends a request; resolves at the head of the response. The caller must read or destroy the body. */
export function openRequest(spec: RequestSpec): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body } = spec;
    const client = httpRequest(describe(spec), resolve);
    client.once("error", reject);
    // A successful upgrade has no body; a test that needs the socket uses `ws` or raw TCP.
    client.once("upgrade", (message, socket) => {
      socket.destroy();
      resolve(message);
    });
    if (body === undefined) client.end();
    else if (typeof body === "string" || Buffer.isBuffer(body)) client.end(body);
    else body.on("error", reject).pipe(client);
  });
}

function describe(spec: RequestSpec): RequestOptions {
  return {
    host: spec.address ?? "127.0.0.1",
    port: spec.port,
    method: spec.method ?? "GET",
    path: spec.path ?? "/",
    headers: { host: spec.host ?? "localhost", ...spec.headers },
    agent: false,
    ...(spec.signal === undefined ? {} : { signal: spec.signal }),
  };
}

/**
 * Returns a port of 127.0.0.1 on which nothing listens. It is below the ephemeral ports, so that no other program gets
 * it by chance before it is used.
 */
export async function freePort(): Promise<number> {
  while (true) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (EPHEMERAL_PORTS - LOWEST_PORT));
    if (await isFree(port)) return port;
  }
}

const LOWEST_PORT = 10_000;
/** The first ephemeral port of Linux by default (ip_local_port_range). */
const EPHEMERAL_PORTS = 32_768;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
