import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Connection } from "../docker/connection.ts";
import { parseExact } from "./exact-json.ts";
import { isPassedOn, toSwarmError } from "./swarm-errors.ts";

/** The managers of one swarm as raw HTTP: what they send is kept as it is, for a service must be written back whole. */
export interface SwarmClient {
  /** Sends one call to the first manager that answers; rejects with `EngineError`. */
  call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T>;
  /** The same, with the answer as a stream, and a way to ask whether the manager that sends it is still there. */
  open(path: string, signal: AbortSignal): Promise<OpenStream>;
  /** Whether the daemon is a manager of a swarm that works; rejects when it cannot be asked. */
  isManager(): Promise<boolean>;
  close(): void;
}

interface OpenStream {
  readonly stream: IncomingMessage;
  ping(withinMs: number): Promise<void>;
}

/** A killed leader makes calls of the others hang for up to 12 s before they work. */
const CALL_TIMEOUT_MS = 15_000;

/** Makes a client that speaks each manager's newest API version: an older one would erase fields of a service. */
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

  /** Every manager has one try, the one that answered last is the first. */
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
        versions.delete(manager); // another Engine may answer there by now
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
        // Of several that are configured, the next one may be a manager.
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

/** Why a daemon does not say whether it is a manager, or is one that cannot work; `undefined`: neither is so. */
function faultOfNode({
  LocalNodeState: state = "",
  ControlAvailable: isManager,
  Error: said,
}: NodeInfo): string | undefined {
  // A manager that has just started, or waits for its key, says that it controls nothing.
  if (/^(?:pending|error|locked)$/.test(state)) return said || `its node of the swarm is ${state}`;
  // Without a quorum a daemon goes on calling itself a manager, and names what is wrong.
  return isManager === true && said ? said : undefined;
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
  /** Ends the wait for the answer's head, and not the answer. */
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
