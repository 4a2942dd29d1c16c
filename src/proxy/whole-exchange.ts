import type { FieldNames } from "../http1/field-names.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { cutAnswer, endAnswer, flushHead, relayChunk, relayInformation, startAnswer } from "./answer.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { isRepeatable, lossOf } from "./failure.ts";
import { InvalidResponse } from "../http1/field-lines.ts";
import type { UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import { requestHead } from "../http1/request-head.ts";
import type { Sender, Upstream, UpstreamPool } from "../http1/upstream-pool.ts";

interface WholeExchangeDeps {
  readonly names: FieldNames;
  readonly upstreams: UpstreamPool;
}

/** Sends a request that is whole on a kept connection, and relays its answer. */
export type SendWhole = (
  exchange: Exchange,
  upstream: Upstream,
  path: string,
  headers: readonly string[],
  body: Buffer | undefined,
) => void;

export function createWholeExchange(deps: WholeExchangeDeps): SendWhole {
  return (exchange, upstream, path, headers, body) => {
    const { method = "GET" } = exchange.req;
    const head = requestHead(method, path, headers, { hasBody: body !== undefined });
    const whole = new WholeExchange(deps, exchange, upstream, head, body);
    deps.upstreams.send(whole);
  };
}

/** One request on its way, which uses a connection and, at worst, a second one. */
class WholeExchange implements UpstreamUser, Sender {
  connection: UpstreamConnection;
  readonly #deps: WholeExchangeDeps;
  readonly #exchange: Exchange;
  readonly #upstream: Upstream;
  readonly #head: string;
  readonly #body: Buffer | undefined;
  #answered = false;
  #corked = false;

  constructor(deps: WholeExchangeDeps, exchange: Exchange, upstream: Upstream, head: string, body: Buffer | undefined) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#upstream = upstream;
    this.#head = head;
    this.#body = body;
    this.connection = deps.upstreams.take(upstream, !isRepeatable(exchange.req.method));
    exchange.abort = () => {
      this.connection.destroy();
      upstreamOver(exchange, { kind: "gone", status: exchange.status });
    };
  }

  send(): void {
    const { clientOver, req } = this.#exchange;
    if (clientOver) return;
    if (this.connection.isOver) this.connection = this.#deps.upstreams.fresh(this.#upstream);
    this.connection.send(this.#head, this.#body, this, req.method === "HEAD");
  }

  onInformation({ status, reason, fields }: ResponseHead): void {
    this.#answered = true;
    if (status !== 100) relayInformation(this.#exchange, status, reason, fields.lines);
  }

  onHead({ status, reason, fields }: ResponseHead): void {
    this.#answered = true;
    if (!startAnswer(this.#exchange, status, reason, fields))
      throw new InvalidResponse("an answer that HTTP cannot say");
  }

  onBody(bytes: Buffer): void {
    // The chunks of one read leave in one write.
    if (this.#exchange.left === -1 && !this.#corked) {
      this.#corked = true;
      this.#exchange.res.socket?.cork();
    }
    relayChunk(this.#exchange, bytes);
  }

  onRead(): boolean {
    const { res } = this.#exchange;
    if (this.#corked) {
      this.#corked = false;
      res.socket?.uncork();
    }
    if (this.#exchange.status !== 0) flushHead(this.#exchange);
    if (res.writableLength === 0) return true;
    if (res.writableNeedDrain) {
      this.connection.pause();
      res.once("drain", () => this.connection.resume());
    }
    return false;
  }

  onEnd(trailers: readonly string[], keepMs: number): void {
    const exchange = this.#exchange;
    this.#deps.upstreams.give(this.#upstream, this.connection, keepMs);
    endAnswer(exchange, this.#deps.names, trailers);
    upstreamOver(exchange, { kind: "done", status: exchange.status });
  }

  onLost(error: Error, sent: boolean): void {
    const exchange = this.#exchange;
    if (exchange.status !== 0) {
      upstreamOver(exchange, { kind: "cut", status: exchange.status });
      cutAnswer(exchange);
      return;
    }
    const { published } = this.#upstream.endpoint;
    const { method } = exchange.req;
    const outcome = lossOf({ error, sent, answered: this.#answered, used: this.connection.used, method, published });
    if (outcome !== undefined) return upstreamOver(exchange, outcome);
    this.connection = this.#deps.upstreams.fresh(this.#upstream);
    return this.send();
  }

  destroy(): void {
    this.#exchange.req.socket.destroy();
  }
}
