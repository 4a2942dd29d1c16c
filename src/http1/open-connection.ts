import { connect, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "../core/observation.ts";
import { meetsItself } from "../core/self-connection.ts";
import { CONNECT_TIMEOUT_MS } from "./limits.ts";

/** How long a silent peer may be dead before the system finds out. */
const KEEP_ALIVE_PROBE_MS = 60_000;

/** Where a connection goes: to an endpoint, for TLS by the name that its server is asked for. */
export interface Destination {
  readonly endpoint: Endpoint;
  /** Empty: none, as for an address. */
  readonly servername: string;
  /** Takes note of each connection that is opened. */
  readonly noteOpened: (socket: Socket) => void;
}

/**
 * Opens a connection of its own to an app, by TLS where it speaks that. `done` comes once: with the connected socket, or
 * with why there is none.
 * Returns what gives it up, after which `done` does not come any more. `onread` is handed to the socket.
 */
export function openConnection(
  { endpoint: { host, port, tls }, servername, noteOpened }: Destination,
  done: (error: Error | undefined, socket: Socket) => void,
  onread?: OnReadOpts,
): () => void {
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
  noteOpened(socket);
  const opened = tls === undefined ? "connect" : "secureConnect";
  const late = setTimeout(() => socket.destroy(new Error("no connection in time")), CONNECT_TIMEOUT_MS);
  // It stays, whoever has the connection later on: an error without a listener would end the process.
  socket.on("error", ignore);
  const settle = (error?: Error): void => {
    clearTimeout(late);
    socket.off("error", settle).off(opened, settle);
    if (error === undefined && meetsItself(socket)) {
      socket.destroy();
      done(Object.assign(new Error("nobody listens there"), { code: "ECONNREFUSED" }), socket);
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
