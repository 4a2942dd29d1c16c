import { request } from "node:http";
import { connect } from "node:net";
import type { Endpoint } from "../core/observation.ts";
import { meetsItself } from "../core/self-connection.ts";
import type { Probe } from "../lifecycle/ports.ts";

/** How long one try may take. */
const TRY_MS = 2_000;
/**
 * docker-proxy accepts at once, dials the app, and closes if nobody listens: within a few milliseconds on an idle machine, but
 * not within 150 on one that starts eight containers at once. So the app is asked as well: its first byte is proof, and an
 * app that lets a question lie for so long has at least taken it.
 */
const STAY_MS = 1_000;

/** Makes a probe over real sockets. It holds nothing between two tries. */
export function createProbe(): Probe {
  return {
    tcp: (endpoint, signal) => attempt(signal, (settle) => stayConnected(endpoint, settle)),
    http: (endpoint, path, hostHeader, signal) => attempt(signal, (settle) => get(endpoint, path, hostHeader, settle)),
  };
}

const USER_AGENT = "docker-awakening-gateway (probe)";

type Settle = (answers: boolean) => void;
type Release = () => void;

/** Runs one try; whatever happens first settles it: its own result, the time limit, or the signal. */
function attempt(signal: AbortSignal, start: (settle: Settle) => Release): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle: Settle = (answers) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      release?.();
      resolve(answers);
    };
    const giveUp = (): void => settle(false);
    const timer = setTimeout(giveUp, TRY_MS);
    signal.addEventListener("abort", giveUp);
    let release: Release | undefined;
    try {
      release = start(settle);
    } catch {
      // A path or host that cannot even be sent.
      settle(false);
    }
  });
}

function stayConnected({ host, port, published }: Endpoint, settle: Settle): Release {
  const socket = connect({ host, port });
  let staying: NodeJS.Timeout | undefined;
  socket.once("connect", () => {
    if (meetsItself(socket)) return settle(false);
    if (!published) return settle(true);
    const name = host.includes(":") ? `[${host}]` : host;
    socket.write(`HEAD / HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: ${USER_AGENT}\r\nConnection: close\r\n\r\n`);
    // A farewell that came while this process had no time to read it is read before the immediate.
    staying = setTimeout(() => setImmediate(() => settle(true)), STAY_MS);
    return undefined;
  });
  socket.once("data", () => settle(true));
  socket.once("end", () => settle(false));
  socket.once("close", () => settle(false));
  socket.on("error", () => settle(false));
  return () => {
    clearTimeout(staying);
    // A reset, not a farewell: nothing lingers on either side.
    socket.resetAndDestroy();
  };
}

function get({ host, port }: Endpoint, path: string, hostHeader: string, settle: Settle): Release {
  const headers = { Host: hostHeader || host, "User-Agent": USER_AGENT, Connection: "close" };
  const asking = request({ host, port, path, headers, agent: false }, ({ statusCode = 0 }) => {
    settle(statusCode >= 200 && statusCode < 300);
  });
  asking.on("error", () => settle(false));
  asking.end();
  return () => asking.destroy();
}
