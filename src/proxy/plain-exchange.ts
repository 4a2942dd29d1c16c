import type { FieldNames } from "../http1/field-names.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { informationHead } from "./answer.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import { closeInLedger, type ExchangeLedger, type ForwardOutcome } from "./exchange.ts";
import { isRepeatable, lossOf } from "./failure.ts";
import type { UpstreamConnection, UpstreamUser } from "../http1/upstream-connection.ts";
import { trailerPairs } from "../http1/trailer-fields.ts";
import type { Sender, Upstream, UpstreamPool } from "../http1/upstream-pool.ts";

interface PlainExchangeDeps {
  readonly names: FieldNames;
  readonly upstreams: UpstreamPool;
  readonly ledger: ExchangeLedger;
}

interface PlainSending {
  readonly method: string;
  readonly head: string;
  readonly body: Buffer | undefined;
  readonly client: ClientConnection;
  readonly upstream: Upstream;
  /** Comes once. After `refused` and `failed` nothing of an answer was written. */
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** Sends a plain request on a kept connection, and relays its answer to the client's connection. */
export type SendPlain = (sending: PlainSending) => void;

export function createPlainExchange(deps: PlainExchangeDeps): SendPlain {
  return (sending) => deps.upstreams.send(new PlainExchange(deps, sending));
}

/** One request on its way, which uses a connection and, at worst, a second one. */
class PlainExchange implements UpstreamUser, Sender {
  connection: UpstreamConnection;
  readonly #deps: PlainExchangeDeps;
  readonly #sending: PlainSending;
  #answered = false;
  /** Of the answer; 0 before its head. */
  #status = 0;
  #isChunked = false;
  /** Text that has not been written yet: what comes in one read leaves in one write. */
  #text = "";
  #isCorked = false;
  #isGiven = false;
  #isOver = false;

  constructor(deps: PlainExchangeDeps, sending: PlainSending) {
    this.#deps = deps;
    this.#sending = sending;
    deps.ledger.open += 1;
    this.connection = deps.upstreams.take(sending.upstream, !isRepeatable(sending.method));
    sending.client.onGone = () => {
      this.connection.destroy();
      this.#end({ kind: "gone", status: this.#status });
    };
  }

  send(): void {
    if (this.#isOver) return;
    if (this.connection.isOver) this.connection = this.#deps.upstreams.fresh(this.#sending.upstream);
    this.connection.send(this.#sending.head, this.#sending.body, this, this.#sending.method === "HEAD");
  }

  onInformation({ status, reason, fields }: ResponseHead): void {
    this.#answered = true;
    if (status === 100) return;
    this.#text += informationHead(status, reason, fields.lines);
  }

  onHead({ status, reason, fields }: ResponseHead): void {
    const hasBody = status !== 204 && status !== 304 && this.#sending.method !== "HEAD";
    this.#answered = true;
    this.#status = status;
    this.#isChunked = hasBody && fields.length === -1;
    const about = { hasDate: fields.hasDate, isChunked: this.#isChunked };
    this.#text += this.#sending.client.answerHead(status, reason, fields.forClient(hasBody), about);
  }

  onBody(bytes: Buffer): void {
    if (this.#isChunked) this.#text += `${bytes.length.toString(16)}\r\n`;
    if (bytes.length <= SMALL_PIECE) this.#text += bytes.toString("latin1");
    else {
      this.#writeText();
      this.#sending.client.socket.write(bytes);
    }
    if (this.#isChunked) this.#text += "\r\n";
  }

  onRead(): boolean {
    this.#flush();
    const { socket } = this.#sending.client;
    if (socket.writableLength === 0) return true;
    // A connection that was given back is somebody else's, and theirs to read.
    if (socket.writableNeedDrain && !this.#isGiven) {
      this.connection.pause();
      socket.once("drain", () => this.connection.resume());
    }
    return false;
  }

  onEnd(trailers: readonly string[], keepMs: number): void {
    const { client, upstream } = this.#sending;
    this.#deps.upstreams.give(upstream, this.connection, keepMs);
    this.#isGiven = true;
    if (this.#isChunked) this.#text += `0\r\n${this.#trailerLines(trailers)}\r\n`;
    this.#flush();
    const written = (): void => this.#written();
    client.onGone = written;
    // It is over when the client has it, as far as we can know.
    if (client.socket.writableLength === 0) written();
    else client.socket.write("", "latin1", written);
  }

  onLost(error: Error, sent: boolean): void {
    const { client, upstream, method } = this.#sending;
    if (this.#status !== 0) {
      this.#end({ kind: "cut", status: this.#status });
      client.socket.destroy();
      return;
    }
    const { published } = upstream.endpoint;
    const outcome = lossOf({ error, sent, answered: this.#answered, used: this.connection.used, method, published });
    if (outcome !== undefined) return this.#end(outcome);
    this.connection = this.#deps.upstreams.fresh(upstream);
    return this.send();
  }

  destroy(): void {
    this.#sending.client.socket.destroy();
  }

  #written(): void {
    if (this.#isOver) return;
    this.#end({ kind: "done", status: this.#status });
    this.#sending.client.over(this.connection.hasSent);
  }

  #end(outcome: ForwardOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sending.client.onGone = undefined;
    closeInLedger(this.#deps.ledger);
    this.#sending.onEnd(outcome);
  }

  /** Writes the text, and keeps it back until all of this read is there. */
  #writeText(): void {
    const { socket } = this.#sending.client;
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
    }
    if (this.#text !== "") socket.write(this.#text, "latin1");
    this.#text = "";
  }

  #flush(): void {
    const { socket } = this.#sending.client;
    if (this.#text !== "") socket.write(this.#text, "latin1");
    this.#text = "";
    if (this.#isCorked) {
      this.#isCorked = false;
      socket.uncork();
    }
  }

  #trailerLines(trailers: readonly string[]): string {
    return trailerPairs(this.#deps.names, trailers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
  }
}

const SMALL_PIECE = 16 * 1024;
