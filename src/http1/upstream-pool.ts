import { isIPv6, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { Endpoint } from "../core/observation.ts";
import { serverName } from "../core/server-name.ts";
import { type Destination, createRunConnections } from "./open-connection.ts";
import { UpstreamConnection } from "./upstream-connection.ts";
import { isolate } from "../core/isolate.ts";

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

/** A request with its connection, ready to be sent. */
export interface Sender {
  readonly connection: UpstreamConnection;
  send(): void;
  /** Closes the connection of the client after an internal error. */
  destroy(): void;
}

/** The connections to all upstreams, idle and open. */
export class UpstreamPool {
  readonly #known = new WeakMap<Endpoint, Upstream>();
  readonly #open = createRunConnections();
  /** The upstreams with idle connections. */
  readonly #idling = new Set<Upstream>();
  readonly #senders: Sender[] = [];
  readonly #returning: (readonly [Upstream, UpstreamConnection])[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** `host`: the Host field that goes there. */
  of(endpoint: Endpoint, host: string | undefined): Upstream {
    let upstream = this.#known.get(endpoint);
    if (upstream === undefined) {
      upstream = this.#create(endpoint, "");
      this.#known.set(endpoint, upstream);
    }
    return endpoint.tls === undefined ? upstream : this.#ofName(upstream, serverName(host));
  }

  /** A connection that was opened for one name must not carry requests for another (RFC 9110 §7.4: 421). */
  #ofName({ endpoint, named }: Upstream, name: string): Upstream {
    let upstream = named.get(name);
    if (upstream === undefined) {
      for (const [oldest, other] of named) {
        if (named.size < MOST_NAMES) break;
        named.delete(oldest);
        drop(other);
      }
      upstream = this.#create(endpoint, name);
      named.set(name, upstream);
    }
    return upstream;
  }

  #create(endpoint: Endpoint, servername: string): Upstream {
    const authority = authorityOf(endpoint);
    const noteOpened = (socket: Socket): void => this.#open.add(authority, socket);
    return { endpoint, servername, authority, noteOpened, idle: [], released: false, named: new Map() };
  }

  /** `surely`: a new connection or one used a moment ago, for a request that cannot be sent twice. */
  take(upstream: Upstream, surely: boolean): UpstreamConnection {
    const connection = upstream.idle.at(-1);
    if (connection === undefined || (surely && performance.now() - connection.idleSinceMs > SURE_MS))
      return this.fresh(upstream);
    upstream.idle.pop();
    return connection;
  }

  /** Returns a new connection. */
  fresh(upstream: Upstream, forUpgrade = false): UpstreamConnection {
    const onIdleLost = (connection: UpstreamConnection): void => {
      const at = upstream.idle.indexOf(connection);
      if (at !== -1) upstream.idle.splice(at, 1);
    };
    return new UpstreamConnection(upstream, onIdleLost, forUpgrade);
  }

  /**
   * Sends a request. On a reused connection it first reads everything that has arrived, which may be the end of the
   * connection and must not be taken for the response.
   */
  send(sender: Sender): void {
    if (!sender.connection.used) sender.send();
    else if (this.#senders.push(sender) === 1) setImmediate(this.#sendAll);
  }

  readonly #sendAll = (): void => {
    for (const sender of this.#senders.splice(0)) isolate(sender, sendNow);
  };

  /** Returns a connection after a complete exchange; it may idle for `keepMs`. */
  give(upstream: Upstream, connection: UpstreamConnection, keepMs: number): void {
    connection.used = true;
    if (keepMs === 0) {
      connection.destroy();
      return;
    }
    connection.idleSinceMs = performance.now();
    connection.keptUntilMs = connection.idleSinceMs + keepMs;
    if (this.#returning.push([upstream, connection]) === 1) setImmediate(this.#takeBack);
  }

  /** One turn later: an app that closes without announcing it does so together with its response. */
  readonly #takeBack = (): void => {
    for (const [upstream, connection] of this.#returning.splice(0)) {
      if (connection.isClosed) continue;
      if (this.#isClosed || upstream.released || upstream.idle.length >= MOST_IDLE) connection.destroy();
      else {
        upstream.idle.push(connection);
        this.#idling.add(upstream);
        this.#sweep ??= setTimeout(this.#sweepIdle, SWEEP_MS).unref();
      }
    }
  };

  readonly #sweepIdle = (): void => {
    const now = performance.now();
    for (const upstream of this.#idling) {
      const { idle } = upstream;
      for (const connection of idle.filter(({ keptUntilMs }) => keptUntilMs <= now)) {
        idle.splice(idle.indexOf(connection), 1);
        connection.destroy();
      }
      if (idle.length === 0) this.#idling.delete(upstream);
    }
    this.#sweep = this.#idling.size === 0 ? undefined : setTimeout(this.#sweepIdle, SWEEP_MS).unref();
  };

  release(endpoint: Endpoint): void {
    const upstream = this.#known.get(endpoint);
    if (upstream === undefined) return;
    this.#known.delete(endpoint);
    drop(upstream);
  }

  /** Ends the exchanges of a run that has ended, unless their response has already arrived. */
  endWithRun(endpoint: Endpoint): void {
    this.#open.endWithRun(authorityOf(endpoint));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const upstream of this.#idling) drop(upstream);
  }
}

function drop(upstream: Upstream): void {
  upstream.released = true;
  for (const connection of upstream.idle.splice(0)) connection.destroy();
  for (const other of upstream.named.values()) drop(other);
}

function sendNow(sender: Sender): void {
  sender.send();
}

function authorityOf({ host, port }: Endpoint): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

const MOST_IDLE = 256;
/** With a wildcard, clients choose the names. */
const MOST_NAMES = 64;

/** Shorter than the keep-alive timeout of any server. */
const SURE_MS = 1_000;

/** How often idle connections are checked for their age, while there are any. */
const SWEEP_MS = 250;
