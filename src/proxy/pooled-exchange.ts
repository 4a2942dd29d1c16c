import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import type { Sender, Upstream, UpstreamPool } from "../http1/upstream-pool.ts";
import { isolate } from "../core/isolate.ts";
import type { Abortable, ClientEnd } from "./client-end.ts";
import { isRepeatable, lossOf } from "./failure.ts";

export interface PooledRequest {
  readonly upstream: Upstream;
  readonly head: string;
  readonly body: Buffer | undefined;
  readonly client: ClientEnd;
}

/** Sends a complete request on a persistent connection and relays its response. */
export function sendPooled(pool: UpstreamPool, request: PooledRequest): void {
  pool.send(new PooledExchange(pool, request));
}

/** A request in progress, which uses one connection and at most a second one. */
class PooledExchange implements UpstreamUser, Sender, Abortable {
  connection: UpstreamConnection;
  readonly #pool: UpstreamPool;
  readonly #request: PooledRequest;
  readonly #client: ClientEnd;
  #hasAnswered = false;
  #isGivenBack = false;

  constructor(pool: UpstreamPool, request: PooledRequest) {
    this.#pool = pool;
    this.#request = request;
    this.#client = request.client;
    this.connection = pool.take(request.upstream, !isRepeatable(request.client.method));
    request.client.attach(this);
  }

  send(): void {
    if (this.#client.isEnded) return;
    const { head, body, upstream } = this.#request;
    if (this.connection.isClosed) this.connection = this.#pool.fresh(upstream);
    this.connection.send(head, body, this, this.#client.method === "HEAD");
  }

  abort(): void {
    this.connection.destroy();
  }

  onInformation(head: ResponseHead): void {
    this.#hasAnswered = true;
    if (head.status !== 100) this.#client.writeInformation(head);
  }

  onHead(head: ResponseHead): void {
    this.#hasAnswered = true;
    this.#client.writeHead(head);
  }

  onBody(bytes: Buffer): void {
    this.#client.writeBody(bytes);
  }

  onRead(): boolean {
    this.#client.flush();
    const { writable } = this.#client;
    if (writable.writableLength === 0) return true;
    // A returned connection belongs to another user, and so does its data.
    if (writable.writableNeedDrain && !this.#isGivenBack) {
      this.connection.pause();
      writable.once("drain", () => isolate(this, () => this.connection.resume()));
    }
    return false;
  }

  onEnd(trailers: readonly string[], keepMs: number): void {
    this.#pool.give(this.#request.upstream, this.connection, keepMs);
    this.#isGivenBack = true;
    this.#client.end(trailers, this.connection);
  }

  onLost(error: Error, sent: boolean): void {
    const { upstream } = this.#request;
    const { method, status } = this.#client;
    if (status !== 0) return this.#client.cut();
    const { published } = upstream.endpoint;
    const outcome = lossOf({ error, sent, answered: this.#hasAnswered, used: this.connection.used, method, published });
    if (outcome !== undefined) return this.#client.fail(outcome);
    this.connection = this.#pool.fresh(upstream);
    return this.send();
  }

  /** After an internal error: a returned connection belongs to another user. */
  destroy(): void {
    if (!this.#isGivenBack) this.connection.destroy();
    this.#client.destroy();
  }
}
