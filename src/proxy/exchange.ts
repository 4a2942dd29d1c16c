import type { Writable } from "node:stream";
import { isolate } from "../core/isolate.ts";
import type { FieldNames } from "../http1/field-names.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { RequestBody, UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import type { Sender, UpstreamPool } from "../http1/upstream-pool.ts";
import type { Upstream } from "../http1/upstreams.ts";
import { failureOf, type ForwardOutcome, isIdempotent, lossOf } from "./outcome.ts";

/** A request to send, and where its response goes. */
export interface ForwardedRequest {
  readonly upstream: Upstream;
  readonly head: string;
  readonly body: RequestBody;
  readonly client: ClientEnd;
  /** A connection for this request alone, which is sent once; without it the pool's are used. */
  readonly own: UpstreamConnection | undefined;
}

/** One request and its response, for any kind of client. It uses one connection, or a second one if the first was lost. */
export class Exchange implements UpstreamUser, Sender {
  connection: UpstreamConnection;
  readonly #pool: UpstreamPool;
  readonly #request: ForwardedRequest;
  readonly #client: ClientEnd;
  #isInformed = false;
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
    this.#isInformed = true;
    if (head.status !== 100) this.#client.writeInformation(head);
  }

  onHead(head: ResponseHead): void {
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
    const isOnce = own !== undefined || this.#isInformed;
    const outcome = isOnce ? failureOf(error, sent) : lossOf({ error, sent, used, method, published });
    return outcome === undefined ? this.send() : this.#client.fail(outcome);
  }

  /** After an internal error: a returned connection belongs to another user. */
  destroy(): void {
    if (!this.#isGivenBack) this.connection.destroy();
    this.#client.destroy();
  }
}

/** The client's side of an exchange: where the response goes. */
export interface ClientEnd {
  readonly method: string;
  /** The stream that bytes are written to. */
  readonly writable: Pick<Writable, "writableLength" | "writableNeedDrain" | "once">;
  /** Of the response; 0 before its head. */
  readonly status: number;
  /** The exchange has ended, or the client has left. */
  readonly isEnded: boolean;
  /** Ends the exchange and calls `exchange.abort` when the client leaves while it is open. */
  attach(exchange: Exchange): void;
  writeInformation(head: ResponseHead): void;
  /** Throws for a head that HTTP cannot express. */
  writeHead(head: ResponseHead): void;
  writeBody(bytes: Buffer): void;
  /** Writes what was held back: what arrives in one read leaves in one write. */
  flush(): void;
  /** Ends the response. `upstream` is the connection that the request was sent on. */
  end(trailers: readonly string[], upstream: UpstreamConnection): void;
  /** The upstream broke off after the head: the client must not take the response for complete. */
  cut(): void;
  /** Ends the exchange before anything of a response was written; the caller continues. */
  fail(outcome: ForwardOutcome): void;
  /** Closes the connection of the client after an internal error. */
  destroy(): void;
}

/** What all exchanges of one forwarder share. */
export interface Shared {
  readonly names: FieldNames;
  readonly ledger: ExchangeLedger;
}

/** How many exchanges and tunnels are open. */
export class ExchangeLedger {
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  open(): void {
    this.#open += 1;
  }

  close(): void {
    this.#open -= 1;
    if (this.#open === 0 && this.#waiting.length > 0) for (const done of this.#waiting.splice(0)) done();
  }

  /** Resolves as soon as none is open. */
  empty(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}
