import { isIPv6, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { Endpoint } from "../core/observation.ts";
import { serverName } from "../core/server-name.ts";
import type { Destination } from "./open-connection.ts";
import { UpstreamConnection } from "./upstream-connection.ts";
import { createOpenConnections } from "./open-connections.ts";
import { isolate } from "../core/isolate.ts";

/** An endpoint with what is derived from it once, and its idle connections; with TLS one for each server name. */
export interface Upstream extends Destination {
  /** `host:port`, an IPv6 literal in brackets. */
  readonly authority: string;
  /** Most recently used last: it is the one that is surest to be alive. */
  readonly idle: UpstreamConnection[];
  released: boolean;
  /** The others of this endpoint, by their server name. */
  readonly named: Map<string, Upstream>;
}

/** A request with its connection, ready to go. */
export interface Sender {
  readonly connection: UpstreamConnection;
  send(): void;
  /** Closes the client's connection, after a fault of ours. */
  destroy(): void;
}

export interface UpstreamPool {
  /** `host`: the Host header that goes there. */
  of(endpoint: Endpoint, host: string | undefined): Upstream;
  /** `surely`: a connection that was used a moment ago or never, for what cannot be sent twice. */
  take(upstream: Upstream, surely: boolean): UpstreamConnection;
  /** A connection that nobody has used. */
  fresh(upstream: Upstream): UpstreamConnection;
  /**
   * Lets it send: on a used connection only after everything that has come until now was read, since that may be the connection's end,
   * and must not be bytes that would pass for the answer.
   */
  send(sender: Sender): void;
  /** Gives a connection back after a whole exchange; it may idle for `keepMs`. */
  give(upstream: Upstream, connection: UpstreamConnection, keepMs: number): void;
  release(endpoint: Endpoint): void;
  /** The run behind it is over: so is what is under way on its connections, unless its answer is here already. */
  endWithRun(endpoint: Endpoint): void;
  close(): void;
}

export function createUpstreamPool(): UpstreamPool {
  const known = new WeakMap<Endpoint, Upstream>();
  const open = createOpenConnections();
  /** Those with idle connections. */
  const idling = new Set<Upstream>();
  const senders: Sender[] = [];
  const returning: (readonly [Upstream, UpstreamConnection])[] = [];
  let sweep: NodeJS.Timeout | undefined;
  let closed = false;

  function of(endpoint: Endpoint, host: string | undefined): Upstream {
    let upstream = known.get(endpoint);
    if (upstream === undefined) {
      upstream = create(endpoint, "");
      known.set(endpoint, upstream);
    }
    return endpoint.tls === undefined ? upstream : ofName(upstream, serverName(host));
  }

  /** A connection that was opened for one name must not carry requests for another (RFC 9110 §7.4: 421). */
  function ofName({ endpoint, named }: Upstream, name: string): Upstream {
    let upstream = named.get(name);
    if (upstream === undefined) {
      for (const [oldest, other] of named) {
        if (named.size < MOST_NAMES) break;
        named.delete(oldest);
        drop(other);
      }
      upstream = create(endpoint, name);
      named.set(name, upstream);
    }
    return upstream;
  }

  function create(endpoint: Endpoint, servername: string): Upstream {
    const authority = authorityOf(endpoint);
    const noteOpened = (socket: Socket): void => open.add(authority, socket);
    return { endpoint, servername, authority, noteOpened, idle: [], released: false, named: new Map() };
  }

  function take(upstream: Upstream, surely: boolean): UpstreamConnection {
    const connection = upstream.idle.at(-1);
    if (connection === undefined || (surely && performance.now() - connection.idleSinceMs > SURE_MS))
      return fresh(upstream);
    upstream.idle.pop();
    return connection;
  }

  function fresh(upstream: Upstream): UpstreamConnection {
    return new UpstreamConnection(upstream, (connection) => {
      const at = upstream.idle.indexOf(connection);
      if (at !== -1) upstream.idle.splice(at, 1);
    });
  }

  function send(sender: Sender): void {
    if (!sender.connection.used) sender.send();
    else if (senders.push(sender) === 1) setImmediate(sendAll);
  }

  function sendAll(): void {
    for (const sender of senders.splice(0)) isolate(sender, sendNow);
  }

  function give(upstream: Upstream, connection: UpstreamConnection, keepMs: number): void {
    connection.used = true;
    if (keepMs === 0) {
      connection.destroy();
      return;
    }
    connection.idleSinceMs = performance.now();
    connection.keptUntilMs = connection.idleSinceMs + keepMs;
    if (returning.push([upstream, connection]) === 1) setImmediate(takeBack);
  }

  /** A turn later: an app that closes without having said so does it with its answer. */
  function takeBack(): void {
    for (const [upstream, connection] of returning.splice(0)) {
      if (connection.isClosed) continue;
      if (closed || upstream.released || upstream.idle.length >= MOST_IDLE) connection.destroy();
      else {
        upstream.idle.push(connection);
        idling.add(upstream);
        sweep ??= setTimeout(sweepIdle, SWEEP_MS).unref();
      }
    }
  }

  function sweepIdle(): void {
    const now = performance.now();
    for (const upstream of idling) {
      const { idle } = upstream;
      for (const connection of idle.filter(({ keptUntilMs }) => keptUntilMs <= now)) {
        idle.splice(idle.indexOf(connection), 1);
        connection.destroy();
      }
      if (idle.length === 0) idling.delete(upstream);
    }
    sweep = idling.size === 0 ? undefined : setTimeout(sweepIdle, SWEEP_MS).unref();
  }

  function drop(upstream: Upstream): void {
    upstream.released = true;
    for (const connection of upstream.idle.splice(0)) connection.destroy();
    for (const other of upstream.named.values()) drop(other);
  }

  return {
    of,
    take,
    fresh,
    send,
    give,
    release(endpoint) {
      const upstream = known.get(endpoint);
      if (upstream === undefined) return;
      known.delete(endpoint);
      drop(upstream);
    },
    endWithRun: (endpoint) => open.endWithRun(authorityOf(endpoint)),
    close() {
      closed = true;
      clearTimeout(sweep);
      for (const upstream of idling) drop(upstream);
    },
  };
}

function sendNow(sender: Sender): void {
  sender.send();
}

function authorityOf({ host, port }: Endpoint): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

const MOST_IDLE = 256;
/** A wildcard's names are its clients' choice. */
const MOST_NAMES = 64;

/** Shorter than any server keeps an idle connection that keeps any. */
const SURE_MS = 1_000;

/** How often connections that have idled too long are looked for, while any idle. */
const SWEEP_MS = 250;
