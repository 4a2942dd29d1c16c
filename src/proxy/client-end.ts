import type { Writable } from "node:stream";
import type { FieldNames } from "../http1/field-names.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { UpstreamConnection } from "../http1/upstream-connection.ts";
import type { ForwardOutcome } from "./outcome.ts";

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
  attach(exchange: Abortable): void;
  /** An informational response that is not `100 Continue`. */
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

/** What is aborted on the side of the upstream when the client leaves. */
export interface Abortable {
  abort(): void;
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
