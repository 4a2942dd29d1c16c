import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { ClusterConnection } from "./connection.ts";
import type { EngineError } from "../../lifecycle/ports.ts";
import { answerError, connectionError } from "./errors.ts";
import { type HttpRequest, readAll, request } from "./http-request.ts";

/** A client of one API server: JSON in and out, timeouts, and errors as `EngineError`. */
export interface KubernetesClient {
  /** The address for messages: `https://10.96.0.1:443`. */
  readonly target: string;
  get<T>(path: string): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  text(path: string): Promise<string>;
  /** Resolves at the head of a response, whose body continues until `signal` aborts. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

interface Session {
  readonly connection: ClusterConnection;
  readonly calls: http.Agent;
  /** Separate, because a watch occupies its connection for minutes, so that calls would wait. */
  readonly streams: http.Agent;
}

interface Order extends Pick<HttpRequest, "signal" | "body"> {
  readonly via: "calls" | "streams";
}

const CALL_TIMEOUT_MS = 10_000;
/** The upper limit for Retry-After, because apps cannot be woken during the pause. */
const LONGEST_PAUSE_MS = 30_000;

/** Creates a client that connects at its first call. `connect` is called again at each call until it succeeds. */
export function createKubernetesClient(
  connect: () => ClusterConnection | Promise<ClusterConnection>,
  timeoutMs = CALL_TIMEOUT_MS,
): KubernetesClient {
  let session: Session | undefined;
  let pause: { readonly error: EngineError; readonly untilMs: number } | undefined;
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

  async function send(method: string, path: string, { via, ...order }: Order): Promise<IncomingMessage> {
    if (pause !== undefined && performance.now() < pause.untilMs) throw pause.error;
    const { connection, [via]: agent } = await open();
    const { url, token } = connection;
    const place = `${url.origin}${url.pathname.replace(/\/$/, "")}${path}`;
    const bearer = token();
    const answer = await request(place, { ...order, method, agent, bearer });
    if (answer.statusCode !== 401) return answer;
    const fresh = token(true);
    if (fresh === bearer) return answer;
    answer.resume();
    return request(place, { ...order, method, agent, bearer: fresh });
  }

  /** Reads an error response; after one with Retry-After, calls fail at once for that time. */
  async function refusal(answer: IncomingMessage): Promise<EngineError> {
    const error = answerError(target, answer.statusCode ?? 500, await readAll(answer));
    const seconds = Number(answer.headers["retry-after"]);
    if (error.code === "unreachable" && seconds > 0)
      pause = { error, untilMs: performance.now() + Math.min(seconds * 1_000, LONGEST_PAUSE_MS) };
    return error;
  }

  /**
   * Sends a call. Repeats it if a kept connection was closed just then, provided that it has no effect or names the
   * version that it changes.
   */
  async function call(method: string, path: string, body?: object): Promise<string> {
    for (let tries = 1; ; tries += 1) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await send(method, path, { signal, body, via: "calls" });
        if ((answer.statusCode ?? 500) >= 300) throw await refusal(answer);
        return await readAll(answer);
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
        if (answer.statusCode !== 200) throw await refusal(answer);
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

function parse<T>(text: string): T {
  return JSON.parse(text) as T;
}
