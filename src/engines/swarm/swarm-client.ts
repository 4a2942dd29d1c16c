import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Connection } from "../docker/connection.ts";
import { parseExact } from "./exact-json.ts";
import { isPassedOn, toSwarmError } from "./swarm-errors.ts";

/**
 * A client of a swarm's managers. It uses plain HTTP and keeps all fields, because a service must be sent back
 * completely.
 */
export interface SwarmClient {
  /** Sends one call to the first manager that answers; rejects with `EngineError`. */
  call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T>;
  /** Opens a stream, with a function that pings the manager that sends it. */
  open(path: string, signal: AbortSignal): Promise<OpenStream>;
  /** Returns whether the daemon is a manager of a working swarm; rejects if that cannot be determined. */
  isManager(): Promise<boolean>;
  close(): void;
}

interface OpenStream {
  readonly stream: IncomingMessage;
  ping(withinMs: number): Promise<void>;
}

/** After the leader was killed, calls to the other managers hang for up to 12 s. */
const CALL_TIMEOUT_MS = 15_000;

/**
 * Creates a client that uses each manager's newest API version, because an older one would erase fields of a service.
 */
export function createSwarmClient(managers: readonly Connection[]): SwarmClient {
  const versions = new Map<Connection, string>();
  let current = 0;

  async function versioned(manager: Connection, signal: AbortSignal): Promise<string> {
    const known = versions.get(manager);
    if (known !== undefined) return known;
    const { ApiVersion } = await json<{ ApiVersion: string }>(await request(manager, { path: "/version", signal }));
    versions.set(manager, `/v${ApiVersion}`);
    return `/v${ApiVersion}`;
  }

  /** Tries each manager once, the one that answered last first. */
  async function each<T>(send: (manager: Connection, signal: AbortSignal) => Promise<T>): Promise<T> {
    let fault: EngineError | undefined;
    for (let tries = 0; tries < managers.length; tries += 1) {
      const manager = managers[current];
      if (manager === undefined) break;
      try {
        return await send(manager, AbortSignal.timeout(CALL_TIMEOUT_MS));
      } catch (error) {
        fault = toSwarmError(error, manager.target);
        if (!isPassedOn(fault)) throw fault;
        versions.delete(manager); // another Docker version may have been installed
        current = (current + 1) % managers.length;
      }
    }
    throw fault ?? new EngineError("unreachable", "no manager of the swarm is configured");
  }

  return {
    call: (method, path, body) =>
      each(async (manager, signal) => {
        const prefix = await versioned(manager, signal);
        return json(await request(manager, { method, path: `${prefix}${path}`, body, signal }));
      }),
    open: (path, signal) =>
      each(async (manager, late) => {
        const prefix = await versioned(manager, late);
        const answer = await request(manager, { path: `${prefix}${path}`, signal, late });
        if (answer.statusCode !== 200) await json(answer);
        return { stream: answer, ping: (withinMs) => ping(manager, withinMs) };
      }),
    isManager: () =>
      each(async (manager, signal) => {
        const prefix = await versioned(manager, signal);
        const { Swarm = {} } = await json<Info>(await request(manager, { path: `${prefix}/info`, signal }));
        const fault = faultOfNode(Swarm);
        if (fault !== undefined) throw new EngineError("unreachable", `${manager.target}: ${fault}`);
        const isManager = Swarm.ControlAvailable === true;
        // With several managers configured, the next one is tried.
        if (!isManager && managers.length > 1)
          throw new EngineError("unreachable", `${manager.target} is not a manager of a swarm`);
        return isManager;
      }),
    close() {
      for (const { agent } of managers) agent.destroy();
    },
  };
}

interface Info {
  readonly Swarm?: NodeInfo;
}

interface NodeInfo {
  readonly LocalNodeState?: string;
  readonly ControlAvailable?: boolean;
  readonly Error?: string;
}

/** Returns why a daemon is starting, locked, or a manager without a quorum; `undefined` otherwise. */
function faultOfNode({
  LocalNodeState: state = "",
  ControlAvailable: isManager,
  Error: details,
}: NodeInfo): string | undefined {
  // A manager that has just started or waits for its unlock key reports that it is not a manager.
  if (/^(?:pending|error|locked)$/.test(state)) return details || `its node of the swarm is ${state}`;
  // Without a quorum a daemon still reports that it is a manager, with an error.
  return isManager === true && details ? details : undefined;
}

async function ping(manager: Connection, withinMs: number): Promise<void> {
  const answer = await request(manager, { path: "/_ping", signal: AbortSignal.timeout(withinMs) });
  answer.resume();
}

interface Order {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** Aborts the wait for the head of the response, but not its body. */
  readonly late?: AbortSignal;
}

function request({ options, agent }: Connection, order: Order): Promise<IncomingMessage> {
  const { method = "GET", path, body, signal, late } = order;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const { socketPath, host, port } = options;
  const headers = content === undefined ? {} : { "content-type": "application/json" };
  const send = options.protocol === "https" ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const place = socketPath === undefined ? { host, port } : { socketPath };
    const sent = send({ ...place, agent, method, path, headers, signal }, resolve);
    const giveUp = (): void => void sent.destroy(new DOMException("no answer in time", "TimeoutError"));
    late?.addEventListener("abort", giveUp, { once: true });
    sent.once("response", () => late?.removeEventListener("abort", giveUp));
    sent.once("error", reject);
    sent.end(content);
  });
}

async function json<T>(answer: IncomingMessage): Promise<T> {
  const content = await text(answer);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return (content === "" ? undefined : parseExact(content)) as T;
  throw Object.assign(new Error(messageOf(content)), { status });
}

function messageOf(content: string): string {
  try {
    const { message } = JSON.parse(content) as { readonly message?: unknown };
    return typeof message === "string" ? message : content;
  } catch {
    return content.trim();
  }
}
