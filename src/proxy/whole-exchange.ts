import type { AnswerHead } from "./answer-head-parser.ts";
import { cutAnswer, endAnswer, flushHead, relayChunk, relayInformation, startAnswer } from "./answer.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { failureOf, isReset, REFUSED, refusalOf } from "./failure.ts";
import type { HeaderNames } from "./header-names.ts";
import type { Line, LineUser } from "./line.ts";
import type { Upstream, Upstreams } from "./upstreams.ts";

interface WholeExchangeDeps {
  readonly names: HeaderNames;
  readonly upstreams: Upstreams;
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
  const queue: WholeExchange[] = [];

  function sendQueued(): void {
    for (const one of queue.splice(0)) one.send();
  }

  return (exchange, upstream, path, headers, body) => {
    const { method = "GET" } = exchange.req;
    const head = requestHead(method, path, headers, body);
    const whole = new WholeExchange(deps, exchange, upstream, head, body);
    if (!whole.line.used) whole.send();
    else if (queue.push(whole) === 1) setImmediate(sendQueued);
  };
}

/** One request on its way, which uses a line and, at worst, a second one. */
class WholeExchange implements LineUser {
  line: Line;
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
    this.line = deps.upstreams.take(upstream, !isRepeatable(exchange));
    exchange.abort = () => {
      this.line.destroy();
      upstreamOver(exchange, { kind: "gone", status: exchange.status });
    };
  }

  /**
   * On a used line only after everything that has come until now was read: it may be the line's end, and it must not be
   * bytes that would pass for the answer.
   */
  send(): void {
    const { clientOver, req } = this.#exchange;
    if (clientOver) return;
    if (this.line.isOver) this.line = this.#deps.upstreams.fresh(this.#upstream);
    this.line.send(this.#head, this.#body, this, req.method === "HEAD");
  }

  onInformation({ status, reason, fields }: AnswerHead): void {
    this.#answered = true;
    if (status !== 100) relayInformation(this.#exchange, status, reason, fields.headers);
  }

  onHead({ status, reason, fields }: AnswerHead): void {
    this.#answered = true;
    if (!startAnswer(this.#exchange, status, reason, fields)) throw new TypeError("an answer that HTTP cannot say");
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
      this.line.pause();
      res.once("drain", () => this.line.resume());
    }
    return false;
  }

  onEnd(trailers: readonly string[], keepMs: number): void {
    const exchange = this.#exchange;
    this.#deps.upstreams.give(this.#upstream, this.line, keepMs);
    endAnswer(exchange, this.#deps.names, trailers);
    upstreamOver(exchange, { kind: "done", status: exchange.status });
  }

  onLost(error: Error, sent: boolean): void {
    const exchange = this.#exchange;
    if (exchange.status !== 0) {
      upstreamOver(exchange, { kind: "cut", status: exchange.status });
      cutAnswer(exchange);
    } else if (!sent) upstreamOver(exchange, refusalOf(error));
    else if (this.#answered || !isReset(error) || !isRepeatable(exchange)) upstreamOver(exchange, failureOf(error));
    else if (this.line.used) {
      // The app had closed it before it saw the request: a race that every keep-alive client knows.
      this.line = this.#deps.upstreams.fresh(this.#upstream);
      this.send();
    }
    // docker-proxy accepts for an app that does not listen, and closes then.
    else if (this.#upstream.endpoint.published) upstreamOver(exchange, REFUSED);
    else upstreamOver(exchange, failureOf(error));
  }
}

function requestHead(method: string, path: string, headers: readonly string[], body: Buffer | undefined): string {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  let hasLength = false;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? "";
    if (name.length === 14 && name.toLowerCase() === "content-length") hasLength = true;
    head += `${name}: ${headers[at + 1]}\r\n`;
  }
  // RFC 9110 §8.6: said where a body could be meant.
  if (body === undefined && !hasLength && MEANS_A_BODY.has(method)) head += "Content-Length: 0\r\n";
  return `${head}Connection: keep-alive\r\n\r\n`;
}

const MEANS_A_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** RFC 9110 §9.2.2: asking twice does what asking once does. */
function isRepeatable({ req }: Exchange): boolean {
  return IDEMPOTENT.has(req.method ?? "");
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
