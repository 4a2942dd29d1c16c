import { connect, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "../core/observation.ts";
import { meetsItself } from "../core/self-connection.ts";
import { reportResets } from "./node-internals.ts";

/** Where a connection goes: to an endpoint, for TLS with the server name to request. */
export interface Destination {
  readonly endpoint: Endpoint;
  /** Empty: none, as for an IP address. */
  readonly servername: string;
  /** Called with each connection that is opened. */
  readonly noteOpened: (socket: Socket) => void;
}

/**
 * Opens a new connection to an app, with TLS where required. `done` is called once, with the connected socket or the
 * error. Returns a function that cancels; `done` is not called after that. `onread` is passed to the socket.
 */
export function openConnection(
  { endpoint, servername, noteOpened }: Destination,
  done: (error: Error | undefined, socket: Socket) => void,
  onread?: OnReadOpts,
): () => void {
  const { host, port, tls, connectTimeoutMs } = endpoint;
  const options = {
    ...(onread && { onread }),
    host,
    port,
    noDelay: true,
    allowHalfOpen: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
  };
  const socket: Socket =
    tls === undefined
      ? connect(options)
      : connectTls({ ...options, servername, rejectUnauthorized: tls.verify, ALPNProtocols: ["http/1.1"] });
  noteOpened(reportResets(socket));
  const opened = tls === undefined ? "connect" : "secureConnect";
  const limitMs = connectTimeoutMs === undefined ? CONNECT_TIMEOUT_MS : PROBE_LIMITS * connectTimeoutMs;
  const late = setTimeout(() => socket.destroy(new Error("no connection in time")), limitMs);
  // Stays for every later owner of the connection: an error without a listener would end the process.
  socket.on("error", ignore);
  const settle = (error?: Error): void => {
    clearTimeout(late);
    socket.off("error", settle).off(opened, settle);
    if (error === undefined && meetsItself(socket)) {
      socket.destroy();
      done(Object.assign(new Error("nothing listens there"), { code: "ECONNREFUSED" }), socket);
      return;
    }
    done(error, socket);
  };
  socket.on("error", settle).on(opened, settle);
  return () => {
    clearTimeout(late);
    socket.off("error", settle).off(opened, settle).destroy();
  };
}

function ignore(): void {}

/** The app is on this host or nearby: an attempt that takes longer means that it is not there. */
const CONNECT_TIMEOUT_MS = 4_000;

/** A connection for a request gets so many times the limit of a probe: this process may be busy. */
const PROBE_LIMITS = 4;

/** How long a silent peer may be dead before the system notices. */
const KEEP_ALIVE_PROBE_MS = 60_000;
