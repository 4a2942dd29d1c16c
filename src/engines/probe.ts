import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "../core/observation.ts";
import { meetsItself } from "../core/self-connection.ts";
import { SPEAKS_TLS } from "../core/speaks-tls.ts";
import type { Probe, ProbeAnswer } from "../lifecycle/ports.ts";
import { probeHttp } from "./probe-http.ts";
import { errorText, isTlsAlert, USER_AGENT } from "./probe-error.ts";
import { speaksTls } from "./speaks-tls.ts";

/** How long one attempt may take. */
const TRY_MS = 2_000;
/**
 * How long a connection through docker-proxy must stay open to count as accepted by the app. docker-proxy accepts at
 * once, connects to the app, and closes if nothing listens: within a few milliseconds on an idle machine, but not
 * within 150 ms on one that starts eight containers. So the app also gets a request: its first byte is proof, and an
 * app that does not answer for this long has at least accepted the connection.
 */
const STAY_MS = 1_000;

/** Creates a probe over real sockets, which keeps no state between attempts. */
export function createProbe(): Probe {
  return {
    tcp: (endpoint, signal) =>
      attempt(
        signal,
        (settle) => (endpoint.tls ? shakeHands : stayConnected)(endpoint, settle),
        endpoint.connectTimeoutMs,
      ),
    http: (endpoint, path, hostHeader, signal) =>
      attempt(signal, (settle) => probeHttp(endpoint, path, hostHeader, settle)),
  };
}

type Settle = (answer: ProbeAnswer) => void;
type Release = () => void;

const OPEN: ProbeAnswer = { kind: "ready", summary: "takes connections" };
const REFUSED: ProbeAnswer = { kind: "no", summary: "connection refused" };
const TLS: ProbeAnswer = { kind: "no", summary: SPEAKS_TLS };
const LATE: ProbeAnswer = { kind: "no", summary: `no answer within ${TRY_MS / 1_000} s` };
const GIVEN_UP: ProbeAnswer = { kind: "no", summary: "given up" };

/** Runs one attempt until its result, the time limit, or the signal. */
function attempt(signal: AbortSignal, start: (settle: Settle) => Release, limitMs = TRY_MS): Promise<ProbeAnswer> {
  if (signal.aborted) return Promise.resolve(GIVEN_UP);
  return new Promise((resolve) => {
    const settle: Settle = (answer) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      release?.();
      resolve(answer);
    };
    const giveUp = (): void => settle(GIVEN_UP);
    const timer = setTimeout(() => settle(LATE), limitMs);
    signal.addEventListener("abort", giveUp);
    let release: Release | undefined;
    try {
      release = start(settle);
    } catch {
      settle({ kind: "no", summary: "a path or host that cannot be sent" });
    }
  });
}

/** Makes a TLS handshake, which proves that the app answers: docker-proxy cannot. */
function shakeHands({ host, port, tls }: Endpoint, settle: Settle): Release {
  // The certificate is not verified, because the requested name is not known here.
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: tls?.verify === true,
    checkServerIdentity: () => undefined,
  });
  socket.once("secureConnect", () => settle(OPEN));
  socket.once("close", () => settle(REFUSED));
  // Caddy and others refuse a handshake without one of their server names; the alert shows that they are up.
  socket.on("error", (error) => settle(isTlsAlert(error) ? OPEN : { kind: "no", summary: errorText(error) }));
  return () => void socket.destroy();
}

function stayConnected(endpoint: Endpoint, settle: Settle): Release {
  const { host, port, published } = endpoint;
  const socket = connect({ host, port });
  let staying: NodeJS.Timeout | undefined;
  socket.once("connect", () => {
    if (meetsItself(socket)) return settle(REFUSED);
    if (!published) return settle(OPEN);
    const name = host.includes(":") ? `[${host}]` : host;
    socket.write(`HEAD / HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: ${USER_AGENT}\r\nConnection: close\r\n\r\n`);
    // Through setImmediate, so that a FIN that has already arrived is read first.
    staying = setTimeout(() => setImmediate(() => settle(OPEN)), STAY_MS);
    return undefined;
  });
  socket.once("data", () => settle(OPEN));
  // Closed without a response: by docker-proxy, or by an app that requires TLS.
  let stopLooking: Release | undefined;
  let isEnded = false;
  const closed = (): void => {
    clearTimeout(staying);
    if (!isEnded) stopLooking ??= speaksTls(endpoint, (speaks) => settle(speaks ? TLS : REFUSED));
  };
  socket.once("end", closed).once("close", closed);
  socket.on("error", (error) => settle({ kind: "no", summary: errorText(error) }));
  return () => {
    isEnded = true;
    clearTimeout(staying);
    stopLooking?.();
    // A reset leaves no lingering socket on either side, but it would wait for a connection that is still being made.
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
  };
}
