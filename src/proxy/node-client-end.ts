import type { ServerResponse } from "node:http";
import { InvalidResponse } from "../http1/field-lines.ts";
import type { FieldNames } from "../http1/field-names.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { cutAnswer, endAnswer, flushHead, relayChunk, relayInformation, startAnswer } from "./answer.ts";
import type { Abortable, ClientEnd } from "./client-end.ts";
import { type Exchange, type ForwardOutcome, upstreamOver } from "./exchange.ts";

/** The client of a request that node:http has read, whose response node:http writes. */
export class NodeClientEnd implements ClientEnd {
  readonly method: string;
  readonly writable: ServerResponse;
  readonly #exchange: Exchange;
  readonly #names: FieldNames;
  #isCorked = false;

  constructor(exchange: Exchange, names: FieldNames) {
    this.method = exchange.req.method ?? "GET";
    this.writable = exchange.res;
    this.#exchange = exchange;
    this.#names = names;
  }

  get status(): number {
    return this.#exchange.status;
  }

  get isOver(): boolean {
    return this.#exchange.clientOver;
  }

  attach(exchange: Abortable): void {
    this.#exchange.abort = () => {
      exchange.abort();
      upstreamOver(this.#exchange, { kind: "gone", status: this.status });
    };
  }

  writeInformation({ status, reason, fields }: ResponseHead): void {
    relayInformation(this.#exchange, status, reason, fields.lines);
  }

  writeHead({ status, reason, fields }: ResponseHead): void {
    if (!startAnswer(this.#exchange, status, reason, fields))
      throw new InvalidResponse("a response HTTP cannot express");
  }

  writeBody(bytes: Buffer): void {
    if (this.#exchange.left === -1 && !this.#isCorked) {
      this.#isCorked = true;
      this.writable.socket?.cork();
    }
    relayChunk(this.#exchange, bytes);
  }

  flush(): void {
    if (this.#isCorked) {
      this.#isCorked = false;
      this.writable.socket?.uncork();
    }
    if (this.status !== 0) flushHead(this.#exchange);
  }

  end(trailers: readonly string[]): void {
    endAnswer(this.#exchange, this.#names, trailers);
    upstreamOver(this.#exchange, { kind: "done", status: this.status });
  }

  cut(): void {
    upstreamOver(this.#exchange, { kind: "cut", status: this.status });
    cutAnswer(this.#exchange);
  }

  fail(outcome: ForwardOutcome): void {
    upstreamOver(this.#exchange, outcome);
  }

  destroy(): void {
    this.#exchange.req.socket.destroy();
  }
}
