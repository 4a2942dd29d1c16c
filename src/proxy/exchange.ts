import { isolate } from "../core/isolate.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { RequestBody, UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import type { Sender, UpstreamPool } from "../http1/upstream-pool.ts";
import type { Upstream } from "../http1/upstreams.ts";
import type { Abortable, ClientEnd } from "./client-end.ts";
import { failureOf, isIdempotent, lossOf } from "./outcome.ts";

export interface ForwardedRequest {
  readonly upstream: Upstream;
  readonly head: string;
  readonly body: RequestBody;
  readonly client: ClientEnd;
  /** A connection for this request alone, which is sent once; without it the pool's are used. */
  readonly own: UpstreamConnection | undefined;
}

/** One request and its response, for any kind of client. It uses one connection, or a second one if the first was lost. */
export class Exchange implements UpstreamUser, Sender, Abortable {
  connection: UpstreamConnection;
  readonly #pool: UpstreamPool;
  readonly #request: ForwardedRequest;
  readonly #client: ClientEnd;
  #hasAnswered = false;
  #isGivenBack = false;

  constructor(pool: UpstreamPool, request: ForwardedRequest) {
    this.#pool = pool;
    this.#request = request;
    this.#client = request.client;
    this.connection = request.own ?? pool.take(request.upstream, !isIdempotent(request.client.method));
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
    const { upstream, own } = this.#request;
    // After the response nobody reads the rest of an upload.
    this.#pool.give(upstream, this.connection, own === undefined ? keepMs : 0);
    this.#isGivenBack = true;
    this.#client.end(trailers, this.connection);
  }

  onLost(error: Error, sent: boolean): void {
    const { upstream, own } = this.#request;
    const { method, status } = this.#client;
    if (status !== 0) return this.#client.cut();
    const { published } = upstream.endpoint;
    const { used } = this.connection;
    const isOnce = own !== undefined || this.#hasAnswered;
    const outcome = isOnce ? failureOf(error, sent) : lossOf({ error, sent, used, method, published });
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
