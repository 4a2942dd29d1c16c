import type { Writable } from "node:stream";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import type { ForwardOutcome } from "./exchange.ts";

/** The client's side of an exchange on a kept connection: where the response goes. */
export interface ClientEnd {
  readonly method: string;
  /** What bytes are written to. */
  readonly writable: Pick<Writable, "writableLength" | "writableNeedDrain" | "once">;
  /** Of the response; 0 before its head. */
  readonly status: number;
  /** The exchange has ended, or the client has left. */
  readonly isEnded: boolean;
  /** Calls `exchange.abort` when the client leaves while the exchange is under way, and ends it. */
  attach(exchange: Abortable): void;
  /** An informational response that is not `100 Continue`. */
  writeInformation(head: ResponseHead): void;
  /** Throws where HTTP has no words for it. */
  writeHead(head: ResponseHead): void;
  writeBody(bytes: Buffer): void;
  /** Writes what was kept back: what arrives in one read leaves in one write. */
  flush(): void;
  /** The response is whole. `hasSent`: whether the system has taken all of the request. */
  end(trailers: readonly string[], hasSent: () => boolean): void;
  /** The upstream broke off behind the head: the client must not take what it has for the whole. */
  cut(): void;
  /** Nothing of a response was written: the exchange ends with this, and its caller goes on. */
  fail(outcome: ForwardOutcome): void;
  /** Closes the client's connection, after a fault of ours. */
  destroy(): void;
}

/** What is ended on the upstream's side when the client leaves. */
export interface Abortable {
  abort(): void;
}
