import { performance } from "node:perf_hooks";
import { isolate } from "../core/isolate.ts";
import { UpstreamConnection } from "./upstream-connection.ts";
import { releaseUpstream, type Upstream } from "./upstreams.ts";

/** A request with its connection, ready to be sent. */
export interface Sender {
  readonly connection: UpstreamConnection;
  send(): void;
  /** Closes the connection of the client after an internal error. */
  destroy(): void;
}

/** The persistent connections to all upstreams. */
export class UpstreamPool {
  /** The upstreams with idle connections. */
  readonly #idling = new Set<Upstream>();
  readonly #senders: Sender[] = [];
  readonly #returning: (readonly [Upstream, UpstreamConnection])[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

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

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const upstream of this.#idling) releaseUpstream(upstream);
  }
}

function sendNow(sender: Sender): void {
  sender.send();
}

const MOST_IDLE = 256;
/** Shorter than the keep-alive timeout of any server. */
const SURE_MS = 1_000;

/** How often idle connections are checked for their age, while there are any. */
const SWEEP_MS = 250;
