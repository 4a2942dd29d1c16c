import type { IncomingMessage, ServerResponse } from "node:http";
import { isolate } from "../core/isolate.ts";
import { stopReading } from "../http1/end-with-response.ts";
import { flatFields } from "../http1/field-lines.ts";
import { trailerPairs } from "../http1/field-names.ts";
import { informationHead, reasonPhrase } from "../http1/format-response-head.ts";
import { endInstead } from "../http1/open-responses.ts";
import type { ResponseHead } from "../http1/parse-response-head.ts";
import { InvalidResponse } from "../http1/response-fields.ts";
import type { Exchange, ClientEnd, Shared } from "./exchange.ts";
import type { ForwardOutcome } from "./outcome.ts";

interface NodeRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Flat `name, value, …`, added to the final response. */
  readonly extraHeaders?: readonly string[] | undefined;
  /** Called once, when both the upstream and the client are done. */
  readonly onEnd: (outcome: ForwardOutcome) => void;
}

/** The client of a request that node:http has read, whose response node:http writes. */
export class NodeClientEnd implements ClientEnd {
  readonly method: string;
  readonly req: IncomingMessage;
  readonly writable: ServerResponse;
  status = 0;
  /** The response has ended, or the client has left. */
  isEnded = false;
  readonly #request: NodeRequest;
  readonly #shared: Shared;
  readonly #onClose = (): void => this.#close();
  #exchange: Exchange | undefined;
  /** Set when the upstream is done. */
  #outcome: ForwardOutcome | undefined;
  #isCorked = false;
  /** Bytes of the body that are left by its Content-Length; -1: unknown. */
  #left = -1;
  /** The head was written to the socket of the client. */
  #isFlushed = false;

  constructor(request: NodeRequest, shared: Shared) {
    const { req, res } = request;
    this.method = req.method ?? "GET";
    this.req = req;
    this.writable = res;
    this.#request = request;
    this.#shared = shared;
    shared.ledger.open();
    if (this.hasLeft) process.nextTick(this.#onClose);
    else res.on("close", this.#onClose);
    // A response is notified of the end of its connection only while it is the current one, and before Node 24 not while
    // it waits for its turn. There are as many listeners as pipelined requests: Node would warn above ten.
    req.socket.setMaxListeners(0).on("close", this.#onClose);
  }

  /** The client had left before anything began; then `onEnd` follows. */
  get hasLeft(): boolean {
    return this.writable.destroyed || this.req.socket.destroyed;
  }

  attach(exchange: Exchange): void {
    this.#exchange = exchange;
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
    const { req, writable: res } = this;
    const { extraHeaders = [] } = this.#request;
    const hasBody = this.method !== "HEAD" && status !== 204 && status !== 304;
    if (!req.complete) stopReading(req, res);
    try {
      const headers = flatFields(fields.forClient(hasBody && !this.#isOldHttp));
      headers.push(...extraHeaders);
      res.writeHead(status, reasonPhrase(status, reason), headers);
    } catch {
      res.statusMessage = "";
      throw new InvalidResponse("a response HTTP cannot express");
    }
    this.status = status;
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
        res.addTrailers(trailerPairs(this.#shared.names, trailers));
      res.end();
    }
    this.#endUpstream({ kind: "done", status: this.status });
  }

  cut(): void {
    if (this.#outcome !== undefined) return;
    this.flush();
    this.#endUpstream({ kind: "cut", status: this.status });
    this.#cutResponse();
  }

  fail(outcome: ForwardOutcome): void {
    if (this.#outcome !== undefined) return;
    if (outcome.kind === "failed" && !this.req.complete) stopReading(this.req, this.writable);
    this.writable.off("close", this.#onClose);
    this.isEnded = true;
    this.#endUpstream(outcome);
  }

  destroy(): void {
    this.req.socket.destroy();
  }

  get #isOldHttp(): boolean {
    return this.req.httpVersionMinor === 0;
  }

  #endUpstream(outcome: ForwardOutcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    if (this.isEnded) this.#finish(outcome);
  }

  #close(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (this.#outcome !== undefined) return this.#finish(this.#outcome);
    this.#exchange?.abort();
    return this.#endUpstream({ kind: "aborted", status: this.status });
  }

  #finish(outcome: ForwardOutcome): void {
    this.req.socket.off("close", this.#onClose);
    this.#shared.ledger.close();
    this.#request.onEnd(outcome);
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
    this.req.socket.prependOnceListener("end", () => {
      if (!this.writable.writableEnded) isolate(this.req.socket, () => this.#cutResponse());
    });
  }
}

const SMALL_CHUNK = 16 * 1024;
