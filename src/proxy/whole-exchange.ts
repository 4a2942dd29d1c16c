import type { Dispatcher } from "undici";
import { cutAnswer, endAnswer, relayChunk, relayInformation, startAnswer } from "./answer.ts";
import { type Exchange, upstreamOver } from "./exchange.ts";
import { failureOf, isReset, REFUSED, refusalOf } from "./failure.ts";
import type { HeaderNames } from "./header-names.ts";
import { decodeHeaders } from "./raw-headers.ts";
import type { Line, Upstream, Upstreams } from "./upstreams.ts";

interface WholeExchangeDeps {
  readonly names: HeaderNames;
  readonly upstreams: Upstreams;
}

/** Sends a request that is whole on a kept connection, and relays its answer. */
export type SendWhole = (
  exchange: Exchange,
  upstream: Upstream,
  path: string,
  headers: string[],
  body: Buffer | undefined,
) => void;

/** undici's handler. Its functions are the same for every request and find their request in `this`. */
interface Handler {
  readonly exchange: Exchange;
  readonly upstream: Upstream;
  readonly options: Dispatcher.DispatchOptions;
  line: Line;
  resume: () => void;
  /** Something was written on the connection, so that the app may have seen it. */
  sent: boolean;
  answered: boolean;
  retried: boolean;
  readonly onConnect: (this: Handler, abort: () => void) => void;
  readonly onHeaders: (this: Handler, status: number, raw: Buffer[], resume: () => void, reason: string) => boolean;
  readonly onData: (this: Handler, chunk: Buffer) => boolean;
  readonly onComplete: (this: Handler, trailers: Buffer[] | null) => void;
  readonly onError: (this: Handler, error: Error) => void;
}

export function createWholeExchange({ names, upstreams }: WholeExchangeDeps): SendWhole {
  function onConnect(this: Handler, abort: () => void): void {
    const { exchange } = this;
    this.sent = true;
    exchange.abort = abort;
    if (exchange.clientOver) abort();
  }

  function onHeaders(this: Handler, status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    this.answered = true;
    const headers = decodeHeaders(raw);
    if (status < 200) relayInformation(this.exchange, status, reason, headers);
    else {
      this.resume = resume;
      if (!startAnswer(this.exchange, names, status, reason, headers))
        throw new TypeError("an answer that HTTP cannot say");
    }
    return true;
  }

  function onData(this: Handler, chunk: Buffer): boolean {
    if (relayChunk(this.exchange, chunk)) return true;
    this.exchange.res.once("drain", this.resume);
    return false;
  }

  function onComplete(this: Handler, trailers: Buffer[] | null): void {
    upstreams.give(this.upstream, this.line);
    finish(this.exchange, trailers === null ? NO_TRAILERS : decodeHeaders(trailers));
  }

  function finish(exchange: Exchange, trailers: readonly string[]): void {
    endAnswer(exchange, names, trailers);
    upstreamOver(exchange, { kind: "done", status: exchange.status });
  }

  function onError(this: Handler, error: Error): void {
    const { exchange, line } = this;
    upstreams.discard(line);
    if (exchange.clientOver) upstreamOver(exchange, { kind: "gone", status: exchange.status });
    else if (exchange.status === 304 && isLengthDispute(error)) finish(exchange, NO_TRAILERS);
    else if (exchange.status !== 0) {
      upstreamOver(exchange, { kind: "cut", status: exchange.status });
      cutAnswer(exchange);
    } else if (!this.sent) upstreamOver(exchange, refusalOf(error));
    else if (this.answered || !isReset(error) || !isRepeatable(exchange)) upstreamOver(exchange, failureOf(error));
    else if (line.used && !this.retried) retry(this);
    // docker-proxy accepts for an app that does not listen, and closes then.
    else if (this.upstream.endpoint.published) upstreamOver(exchange, REFUSED);
    else upstreamOver(exchange, failureOf(error));
  }

  /** The upstream had closed the kept connection before it saw the request: a race that every keep-alive client knows. */
  function retry(handler: Handler): void {
    const { exchange, upstream, options } = handler;
    handler.retried = true;
    handler.sent = false;
    handler.line = upstreams.fresh(upstream);
    exchange.abort = ignore;
    handler.line.client.dispatch(options, handler as Dispatcher.DispatchHandler);
  }

  return (exchange, upstream, path, headers, body) => {
    const line = upstreams.take(upstream);
    const handler: Handler = {
      exchange,
      upstream,
      options: { method: exchange.req.method as Dispatcher.HttpMethod, path, headers, body: body ?? null },
      line,
      resume: ignore,
      sent: false,
      answered: false,
      retried: false,
      onConnect,
      onHeaders,
      onData,
      onComplete,
      onError,
    };
    exchange.abort = ignore; // until there is a connection to abort: `onConnect` looks
    line.client.dispatch(handler.options, handler as Dispatcher.DispatchHandler);
  };
}

/** RFC 9110 §9.2.2: asking twice does what asking once does. */
function isRepeatable({ req }: Exchange): boolean {
  return IDEMPOTENT.has(req.method ?? "");
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** undici misses the body of a 304 whose Content-Length is, rightly, that of a 200 (RFC 9110 §8.6). */
function isLengthDispute(error: Error): boolean {
  return "code" in error && error.code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
}

const NO_TRAILERS: readonly string[] = [];

function ignore(): void {}
