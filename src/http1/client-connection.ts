import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SimpleRequest } from "./simple-request.ts";
import { MAX_HEADER_BYTES, SMALL_BODY_BYTES } from "./limits.ts";
import { formatResponseHead } from "./format-response-head.ts";
import { isolate, reportFault } from "../core/isolate.ts";
import { freeRead } from "./node-internals.ts";
import { endWithResponse } from "./end-with-response.ts";
import type { Upstream } from "./upstream-pool.ts";

/** What reads and answers simple requests, and what takes the connection over when that is not enough. */
export interface ClientConnectionDeps {
  /** Reads a request's head; `unsupported`: it is not simple, `incomplete`: it is not all there. */
  parse(bytes: Buffer): SimpleRequest | "unsupported" | "incomplete";
  /** Answers a request that is whole, at once or later; false: it needs more than that, and nothing was done. */
  serve(request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean;
  /** Takes the connection for good, with what was read and not answered; `answer` is for the first request on it. */
  handOver(socket: Socket, answer: ResumeRequest | undefined): void;
  /** The line is of no use any more. */
  forget(client: ClientConnection): void;
  isDraining(): boolean;
  /** The time as a Date line. */
  dateLine(): string;
}

/** What a request gets that was read here already; `undefined`: what any request gets. */
export type ResumeRequest = (req: IncomingMessage, res: ServerResponse) => void;

/** What an app was told about a client, and what that depends on. */
export interface ForwardedFields {
  readonly host: string;
  readonly to: Upstream;
  readonly passHost: boolean;
  readonly lines: string;
}

interface AboutAnswer {
  /** Its lines say when it was made. */
  readonly hasDate: boolean;
  /** The body that follows is in chunks. */
  readonly isChunked: boolean;
}

/** A client's connection for as long as only simple requests arrive on it, one after the other. */
export class ClientConnection {
  readonly socket: Socket;
  /** Called when the client leaves before `over` or `giveUp`. */
  onAbort: (() => void) | undefined;
  /** A request is being answered. */
  isBusy = false;
  /** At least one request has been. */
  hasRequested = false;
  /** The mark of whoever looks for idle connections. */
  idleSinceTick = 0;
  /** What was last told about this client: the next request's app is mostly told the same. */
  forwardedFields: ForwardedFields | undefined;
  readonly #deps: ClientConnectionDeps;
  #peer: string | undefined;
  /** The request that is being read or answered, and what came behind it. */
  #read: Buffer | undefined;
  #ahead: Buffer[] | undefined;
  /** It came in one piece, whose memory is nobody else's. */
  #isOneRead = false;
  #late: NodeJS.Timeout | undefined;
  #isLast = false;
  #isProbed = false;

  constructor(deps: ClientConnectionDeps, socket: Socket) {
    this.#deps = deps;
    this.socket = socket;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose);
  }

  /** Nothing has come that is to be answered. */
  get isIdle(): boolean {
    return !this.isBusy && this.#read === undefined;
  }

  /** The other end's address, as the system says it. */
  get peer(): string {
    return (this.#peer ??= this.socket.remoteAddress ?? "");
  }

  /** Lets the system find out, after so long, whether a silent client is still there. */
  probeAfter(ms: number): void {
    if (this.#isProbed) return;
    this.#isProbed = true;
    this.socket.setKeepAlive(true, ms);
  }

  /** Answers at once with a 200 that has no body. `lines` are its headers. */
  answer(lines: string): void {
    this.socket.write(this.answerHead(200, "OK", lines, { hasDate: false, isChunked: false }), "latin1");
    this.endResponse(false);
  }

  /** The head of the answer that begins now, with what concerns the connection. */
  answerHead(status: number, reason: string, lines: string, { hasDate, isChunked }: AboutAnswer): string {
    const isLast = (this.#isLast ||= this.#deps.isDraining());
    return formatResponseHead(status, reason, lines, { date: hasDate ? "" : this.#deps.dateLine(), isChunked, isLast });
  }

  /** The answer was written, whole. `isForwarded`: the request's bytes were, and nobody reads them any more. */
  endResponse(isForwarded: boolean): void {
    if (isForwarded && this.#isOneRead && this.#ahead === undefined) freeRead(this.#read);
    this.#read = undefined;
    this.onAbort = undefined;
    if (this.#isLast) {
      this.release();
      isolate(this.socket, endWithResponse);
      return;
    }
    this.isBusy = false;
    if (this.#ahead !== undefined) this.passToNode();
  }

  /**
   * Gives the connection to node:http for good, with the request that was read and not answered and all that came behind
   * it. `resume`: what answers that request, in place of what answers any other.
   */
  passToNode(resume?: ResumeRequest): void {
    this.onAbort = undefined;
    const unread = this.#ahead === undefined ? this.#read : Buffer.concat([this.#read ?? NOTHING, ...this.#ahead]);
    this.release();
    isolate(this.socket, (socket) => {
      if (socket.destroyed || socket.readableEnded) return socket.destroySoon(); // the client has left
      socket.pause();
      // In one piece: node:http reads past its stream once it has begun, so that a second one could be overtaken.
      const pieces = [unread ?? NOTHING];
      while (socket.readableLength > 0) pieces.push(nextPiece(socket));
      socket.unshift(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
      this.#deps.handOver(socket, resume);
      return void socket.resume();
    });
  }

  /** Nothing is heard of the connection here any more. */
  release(): void {
    clearTimeout(this.#late);
    const { socket } = this;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onClose);
    this.#deps.forget(this);
  }

  readonly #onData = (bytes: Buffer): void => {
    try {
      if (this.isBusy) this.#keep(bytes);
      else {
        this.#isOneRead = this.#read === undefined;
        this.#take(this.#read === undefined ? bytes : Buffer.concat([this.#read, bytes]));
      }
    } catch (fault) {
      this.socket.destroy();
      reportFault(fault);
    }
  };

  /** As in node:http, a client that has sent its last byte has left; nothing may be written behind our own end. */
  readonly #onEnd = (): void => {
    isolate(this.socket, (socket) => {
      this.#leave();
      socket.end();
    });
  };

  readonly #onClose = (): void => {
    this.release();
    isolate(this.socket, () => this.#leave());
  };

  #leave(): void {
    const notify = this.onAbort;
    this.onAbort = undefined;
    notify?.();
  }

  /** Serves a request that has come whole; its end must follow at once, or it is not for us. */
  #take(bytes: Buffer): void {
    const { length } = bytes;
    this.#read = bytes;
    const request = this.#deps.parse(bytes);
    if (request === "incomplete" && length <= MAX_HEADER_BYTES) return this.#wait();
    if (typeof request === "string" || request.headBytes > MAX_HEADER_BYTES || request.length > SMALL_BODY_BYTES) {
      return this.passToNode();
    }
    const end = request.headBytes + request.length;
    if (length < end) return this.#wait();
    if (length > end) {
      this.#read = bytes.subarray(0, end);
      this.#ahead = [bytes.subarray(end)];
    }
    return this.#serve(request, request.length === 0 ? undefined : bytes.subarray(request.headBytes, end));
  }

  #wait(): void {
    this.#late ??= setTimeout(() => this.passToNode(), PATIENCE_MS);
  }

  #serve(request: SimpleRequest, body: Buffer | undefined): void {
    if (this.#late !== undefined) clearTimeout(this.#late);
    this.#late = undefined;
    this.isBusy = true;
    this.hasRequested = true;
    this.#isLast = request.isLast;
    if (!this.#deps.serve(request, body, this)) this.passToNode();
  }

  /** What comes before its turn waits; too much of it waits on the other side. */
  #keep(bytes: Buffer): void {
    this.#ahead ??= [];
    this.#ahead.push(bytes);
    if (this.#ahead.reduce((sum, { length }) => sum + length, 0) > SMALL_BODY_BYTES) this.socket.pause();
  }
}

/**
 * What waits in a stream that is paused; Node 26 gives one buffer at a time. Not for an empty stream: while a read that fills
 * its buffer is being told, read() would mark it as reading, just before Node stops it, and nobody would start it again.
 */
function nextPiece(socket: Socket): Buffer {
  return socket.read() as Buffer;
}

const NOTHING = Buffer.alloc(0);

/** Longer than the second packet of a request is behind the first. */
const PATIENCE_MS = 10;
