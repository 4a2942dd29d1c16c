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

/** The open connections to each address, which end with the run of the app at that address. */
interface RunConnections {
  add(address: string, socket: Socket): void;
  /**
   * Ends the connections of a run that has ended. The system usually reports the end on each connection, but not when
   * the network is removed too (that of another container that was restarted): a silent connection is destroyed.
   */
  endWithRun(address: string): void;
}

export function createRunConnections(): RunConnections {
  const open = new Map<string, Set<Socket>>();

  return {
    add(address, socket) {
      const sockets = open.get(address) ?? new Set();
      open.set(address, sockets.add(socket));
      socket.once("close", () => {
        sockets.delete(socket);
        if (sockets.size === 0 && open.get(address) === sockets) open.delete(address);
      });
    },
    endWithRun(address) {
      for (const socket of open.get(address) ?? []) destroyWhenSilent(socket);
    },
  };
}

/** Received bytes are still read: a complete response is delivered at the pace of its client. */
function destroyWhenSilent(socket: Socket): void {
  let read = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead === read && !socket.isPaused()) socket.destroy(new RunEnded());
    read = socket.bytesRead;
  }, SILENT_MS).unref();
  socket.once("close", () => clearInterval(timer));
}

/** The run of the app has ended, and with it every chance of a response. */
export class RunEnded extends Error {
  readonly code = "ECONNRESET";
}

const SILENT_MS = 1_000;
