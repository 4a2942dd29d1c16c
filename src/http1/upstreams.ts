import { isIPv6, type Socket } from "node:net";
import type { Endpoint } from "../core/observation.ts";
import { serverName } from "../core/server-name.ts";
import type { Destination } from "./open-connection.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";

/** An endpoint with its derived values and idle connections; with TLS one for each server name. */
export interface Upstream extends Destination {
  /** `host:port`, an IPv6 literal in brackets. */
  readonly authority: string;
  /** Most recently used last: it is the most likely to be alive. */
  readonly idle: UpstreamConnection[];
  released: boolean;
  /** The upstreams for other server names of this endpoint. */
  readonly named: Map<string, Upstream>;
}

/** The upstreams of all endpoints. */
export class Upstreams {
  readonly #known = new WeakMap<Endpoint, Upstream>();
  /** The open connections to each authority, which end with the run of the app there. */
  readonly #open = new Map<string, Set<Socket>>();

  /** `host`: the Host field that is sent there. */
  of(endpoint: Endpoint, host: string | undefined): Upstream {
    let upstream = this.#known.get(endpoint);
    if (upstream === undefined) {
      upstream = this.#create(endpoint, "");
      this.#known.set(endpoint, upstream);
    }
    return endpoint.tls === undefined ? upstream : this.#ofName(upstream, serverName(host));
  }

  /** Closes the idle connections of an endpoint; those in use end with their exchange. */
  release(endpoint: Endpoint): void {
    const upstream = this.#known.get(endpoint);
    if (upstream === undefined) return;
    this.#known.delete(endpoint);
    releaseUpstream(upstream);
  }

  /**
   * Ends the connections of a run that has ended. The system usually reports the end on each connection, but not when
   * the network is removed too (that of another container that was restarted): a silent connection is destroyed.
   */
  endWithRun(endpoint: Endpoint): void {
    for (const socket of this.#open.get(authorityOf(endpoint)) ?? []) destroyWhenSilent(socket);
  }

  /** A connection that was opened for one name must not carry requests for another (RFC 9110 §7.4: 421). */
  #ofName({ endpoint, named }: Upstream, name: string): Upstream {
    let upstream = named.get(name);
    if (upstream === undefined) {
      for (const [oldest, other] of named) {
        if (named.size < MOST_NAMES) break;
        named.delete(oldest);
        releaseUpstream(other);
      }
      upstream = this.#create(endpoint, name);
      named.set(name, upstream);
    }
    return upstream;
  }

  #create(endpoint: Endpoint, servername: string): Upstream {
    const authority = authorityOf(endpoint);
    const noteOpened = (socket: Socket): void => this.#noteOpened(authority, socket);
    return { endpoint, servername, authority, noteOpened, idle: [], released: false, named: new Map() };
  }

  #noteOpened(authority: string, socket: Socket): void {
    const sockets = this.#open.get(authority) ?? new Set();
    this.#open.set(authority, sockets.add(socket));
    socket.once("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0 && this.#open.get(authority) === sockets) this.#open.delete(authority);
    });
  }
}

/** With a wildcard, clients choose the names. */
const MOST_NAMES = 64;

/** Closes the idle connections of an upstream now, and those in use when they are given back. */
export function releaseUpstream(upstream: Upstream): void {
  upstream.released = true;
  for (const connection of upstream.idle.splice(0)) connection.destroy();
  for (const other of upstream.named.values()) releaseUpstream(other);
}

function authorityOf({ host, port }: Endpoint): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
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
