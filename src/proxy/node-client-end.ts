import type { ServerResponse } from "node:http";
import { isolate } from "../core/isolate.ts";
import { flatFields } from "../http1/field-lines.ts";
import { InvalidResponse } from "../http1/response-fields.ts";
import { type FieldNames, trailerPairs } from "../http1/field-names.ts";
import { stopReading } from "../http1/end-with-response.ts";
import { informationHead, reasonPhrase } from "../http1/format-response-head.ts";
import { endInstead } from "../http1/open-responses.ts";
import { type ResponseHead, isChunked } from "../http1/parse-response-head.ts";
import type { Abortable, ClientEnd } from "./client-end.ts";
import { type Exchange, type ForwardOutcome, endUpstream } from "./exchange.ts";

/** The client of a request that node:http has read, whose response node:http writes. */
export class NodeClientEnd implements ClientEnd {
  readonly method: string;
  readonly writable: ServerResponse;
  readonly #exchange: Exchange;
  readonly #names: FieldNames;
  #isCorked = false;
  /** Bytes of the body that are left by its Content-Length; -1: unknown. */
  #left = -1;
  /** The head was written to the socket of the client. */
  #isFlushed = false;

  constructor(exchange: Exchange, names: FieldNames) {
    this.method = exchange.req.method ?? "GET";
    this.writable = exchange.res;
    this.#exchange = exchange;
    this.#names = names;
  }

  get status(): number {
    return this.#exchange.status;
  }

  get isEnded(): boolean {
    return this.#exchange.clientEnded;
  }

  attach(exchange: Abortable): void {
    this.#exchange.abort = () => {
      exchange.abort();
      endUpstream(this.#exchange, { kind: "aborted", status: this.status });
    };
  }

  /** HTTP/1.0 has none, and a pipelined response must wait for its turn. */
  writeInformation({ status, reason, fields }: ResponseHead): void {
    const { socket, headersSent } = this.writable;
    if (this.#isOldHttp || headersSent || socket?.writable !== true) return;
    socket.write(informationHead(status, reason, fields.lines), "latin1");
  }

  /**
   * It is sent with the first piece of the body, or with `flush`: the head of an event stream must not wait for its
   * first event.
   */
  writeHead({ status, reason, fields }: ResponseHead): void {
    const { req, extraHeaders } = this.#exchange;
    const res = this.writable;
    const hasBody = this.method !== "HEAD" && status !== 204 && status !== 304;
    if (fields.coding !== undefined && !isChunked(fields.coding)) throw new InvalidResponse(INEXPRESSIBLE);
    if (!req.complete) stopReading(req, res);
    try {
      const headers = flatFields(fields.forClient(hasBody && !this.#isOldHttp));
      const all = extraHeaders === undefined ? headers : [...headers, ...extraHeaders];
      res.writeHead(status, reasonPhrase(status, reason), all);
    } catch {
      res.statusMessage = "";
      throw new InvalidResponse(INEXPRESSIBLE);
    }
    this.#exchange.status = status;
    this.#left = hasBody ? fields.length : -1;
    if (hasBody && this.#isOldHttp && fields.length === -1) this.#cutWithClient();
  }

  writeBody(chunk: Buffer): void {
    const res = this.writable;
    if (this.#left === -1 && !this.#isCorked) {
      this.#isCorked = true;
      res.socket?.cork();
    }
    if (res.destroyed || res.writableEnded) return;
    this.#isFlushed = true;
    if (this.#left === chunk.length) {
      // The last piece is written together with the end, and a small one in one string with the head.
      if (chunk.length <= SMALL_CHUNK) res.end(chunk.toString("latin1"), "latin1");
      else res.end(chunk);
      return;
    }
    if (this.#left > 0) this.#left -= chunk.length;
    const { socket } = res;
    socket?.cork();
    res.write(chunk);
    socket?.uncork();
  }

  flush(): void {
    if (this.#isCorked) {
      this.#isCorked = false;
      this.writable.socket?.uncork();
    }
    if (this.status === 0 || this.#isFlushed) return;
    this.#isFlushed = true;
    this.writable.write("", "latin1"); // flushHeaders would encode as UTF-8 bytes that are not
  }

  end(trailers: readonly string[]): void {
    const res = this.writable;
    this.#isFlushed = true;
    if (!res.destroyed && !res.writableEnded) {
      if (trailers.length > 0 && this.#left === -1 && !this.#isOldHttp)
        res.addTrailers(trailerPairs(this.#names, trailers));
      res.end();
    }
    endUpstream(this.#exchange, { kind: "done", status: this.status });
  }

  cut(): void {
    if (this.#exchange.outcome !== undefined) return;
    this.flush();
    endUpstream(this.#exchange, { kind: "cut", status: this.status });
    this.#cutResponse();
  }

  fail(outcome: ForwardOutcome): void {
    endUpstream(this.#exchange, outcome);
  }

  destroy(): void {
    this.#exchange.req.socket.destroy();
  }

  get #isOldHttp(): boolean {
    return this.#exchange.req.httpVersionMinor === 0;
  }

  /** The client must not take the response for complete. */
  #cutResponse(): void {
    const { socket } = this.writable;
    // Where the end of the connection ends the body, only a reset shows that it is incomplete.
    if (this.#isOldHttp && socket) socket.resetAndDestroy();
    else endInstead(this.writable);
  }

  /**
   * node:http ends the connection of a client that has ended its own side, which would pass for the end of the body.
   */
  #cutWithClient(): void {
    const { socket } = this.#exchange.req;
    socket.prependOnceListener("end", () => {
      if (!this.writable.writableEnded) isolate(socket, () => this.#cutResponse());
    });
  }
}

const INEXPRESSIBLE = "a response HTTP cannot express";
const SMALL_CHUNK = 16 * 1024;
