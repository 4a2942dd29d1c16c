import type { Socket } from "node:net";
import type { ClientConnection } from "../http1/client-connection.ts";
import { fieldLines } from "../http1/field-lines.ts";
import { trailerPairs } from "../http1/field-names.ts";
import { informationHead } from "../http1/format-response-head.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { UpstreamConnection } from "../http1/upstream-connection.ts";
import type { Exchange, ClientEnd, Shared } from "./exchange.ts";
import type { ForwardOutcome } from "./outcome.ts";

interface SimpleOrder {
  readonly request: { readonly method: string };
  readonly client: ClientConnection;
  /** Called once. After `refused` and `failed` nothing of a response was written. */
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** The client of a simple request, whose response is written to its connection as text. */
export class SimpleClientEnd implements ClientEnd {
  readonly method: string;
  readonly writable: Socket;
  status = 0;
  isEnded = false;
  readonly #order: SimpleOrder;
  readonly #shared: Shared;
  #isChunked = false;
  /** Text that has not been written yet. */
  #text = "";
  #isCorked = false;

  constructor(order: SimpleOrder, shared: Shared) {
    this.method = order.request.method;
    this.writable = order.client.socket;
    this.#order = order;
    this.#shared = shared;
    shared.ledger.open();
  }

  attach(exchange: Exchange): void {
    this.#order.client.onAbort = () => {
      exchange.abort();
      this.fail({ kind: "aborted", status: this.status });
    };
  }

  writeInformation({ status, reason, fields }: ResponseHead): void {
    this.#text += informationHead(status, reason, fields.lines);
  }

  writeHead({ status, reason, fields }: ResponseHead): void {
    const hasBody = status !== 204 && status !== 304 && this.method !== "HEAD";
    this.status = status;
    this.#isChunked = hasBody && fields.length === -1;
    const about = { hasDate: fields.hasDate, isChunked: this.#isChunked };
    this.#text += this.#order.client.answerHead(status, reason, fields.forClient(hasBody), about);
  }

  writeBody(bytes: Buffer): void {
    if (this.#isChunked) this.#text += `${bytes.length.toString(16)}\r\n`;
    if (bytes.length <= SMALL_PIECE) this.#text += bytes.toString("latin1");
    else {
      this.#writeText();
      this.writable.write(bytes);
    }
    if (this.#isChunked) this.#text += "\r\n";
  }

  flush(): void {
    if (this.#text !== "") this.writable.write(this.#text, "latin1");
    this.#text = "";
    if (this.#isCorked) {
      this.#isCorked = false;
      this.writable.uncork();
    }
  }

  end(trailers: readonly string[], upstream: UpstreamConnection): void {
    const { client } = this.#order;
    if (this.#isChunked) this.#text += `0\r\n${fieldLines(trailerPairs(this.#shared.names, trailers).flat())}\r\n`;
    this.flush();
    const written = (): void => {
      if (this.isEnded) return;
      this.fail({ kind: "done", status: this.status });
      client.endResponse(upstream.hasSent);
    };
    client.onAbort = written;
    // It has ended when the client has it, as far as we can know.
    if (this.writable.writableLength === 0) written();
    else this.writable.write("", "latin1", written);
  }

  cut(): void {
    this.flush();
    this.fail({ kind: "cut", status: this.status });
    this.#order.client.end();
  }

  fail(outcome: ForwardOutcome): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.#order.client.onAbort = undefined;
    this.#shared.ledger.close();
    this.#order.onEnd(outcome);
  }

  destroy(): void {
    this.writable.destroy();
  }

  /** Writes the text, and corks until this read is complete. */
  #writeText(): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.writable.cork();
    }
    if (this.#text !== "") this.writable.write(this.#text, "latin1");
    this.#text = "";
  }
}

const SMALL_PIECE = 16 * 1024;
