import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { ClusterConnection } from "./connection.ts";
import { answerError, connectionError } from "./errors.ts";

/** One API server: JSON in and out, time-outs, and errors as `EngineError`. */
export interface KubernetesClient {
  /** For messages: `https://10.96.0.1:443`. */
  readonly target: string;
  get<T>(path: string): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  text(path: string): Promise<string>;
  /** Resolves when the answer has begun, whose body then goes on until `signal` aborts. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

interface Session {
  readonly connection: ClusterConnection;
  readonly calls: http.Agent;
  /** Apart, because a watch keeps its connection for minutes: calls would wait for a free one. */
  readonly streams: http.Agent;
}

/** More of an answer than this is not read. */
const BYTE_LIMIT = 64 * 1024 * 1024;
const CALL_TIMEOUT_MS = 10_000;

/** Makes a client that connects at its first call. `connect` is called once it is needed, and again until it succeeds. */
export function createKubernetesClient(
  connect: () => ClusterConnection | Promise<ClusterConnection>,
  timeoutMs = CALL_TIMEOUT_MS,
): KubernetesClient {
  let session: Session | undefined;
  let target = "the Kubernetes API server";

  async function open(): Promise<Session> {
    if (session !== undefined) return session;
    const connection = await connect();
    target = connection.url.origin;
    const isSecure = connection.url.protocol === "https:";
    const agent = (options: http.AgentOptions): http.Agent =>
      isSecure ? new https.Agent({ ...options, ...connection.tls }) : new http.Agent(options);
    session ??= {
      connection,
      calls: agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 4, scheduling: "lifo" }),
      streams: agent({}),
    };
    return session;
  }

  async function send(
    method: string,
    path: string,
    { signal, body, via }: { signal: AbortSignal; body?: object | undefined; via: "calls" | "streams" },
  ): Promise<IncomingMessage> {
    const { connection, [via]: agent } = await open();
    const { url, token } = connection;
    const bearer = token();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const place = `${url.origin}${url.pathname.replace(/\/$/, "")}${path}`;
    const request = (url.protocol === "https:" ? https : http).request(place, {
      method,
      agent,
      signal,
      headers: {
        accept: "application/json",
        "user-agent": USER_AGENT,
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(payload !== undefined && {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(payload),
        }),
      },
    });
    request.on("response", resolve).on("error", reject).end(payload);
    return promise;
  }

  /** A kept connection may have ended just as it was taken: what has no effect, or says for which version it is meant, is sent again. */
  async function call(method: string, path: string, body?: object): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await send(method, path, { signal, body, via: "calls" });
        const text = await readAll(answer);
        if ((answer.statusCode ?? 500) < 300) return text;
        throw answerError(target, answer.statusCode ?? 500, text);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (tries === 1 && !signal.aborted && (code === "ECONNRESET" || code === "EPIPE")) continue;
        throw connectionError(target, error, timeoutMs);
      }
    }
  }

  return {
    get target() {
      return target;
    },
    get: async <T>(path: string) => parse<T>(await call("GET", path)),
    put: async <T>(path: string, body: object) => parse<T>(await call("PUT", path, body)),
    post: async <T>(path: string, body: object) => parse<T>(await call("POST", path, body)),
    text: (path) => call("GET", path),
    async stream(path, signal) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        const both = AbortSignal.any([signal, late.signal]);
        const answer = await send("GET", path, { signal: both, via: "streams" });
        if (answer.statusCode !== 200) throw answerError(target, answer.statusCode ?? 500, await readAll(answer));
        return answer;
      } catch (error) {
        throw connectionError(target, error, timeoutMs);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      session?.calls.destroy();
      session?.streams.destroy();
    },
  };
}

/** Kubernetes names who has written a field by what comes before the slash. */
const USER_AGENT = "docker-awakening-gateway/1";

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > BYTE_LIMIT) throw new Error(`the answer is longer than ${BYTE_LIMIT} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse<T>(text: string): T {
  return JSON.parse(text) as T;
}
