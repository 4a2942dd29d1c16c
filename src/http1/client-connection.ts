import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SimpleRequest } from "./simple-request.ts";
import { MAX_HEADER_BYTES, PACKET_GAP_MS, SMALL_BODY_BYTES } from "./server-options.ts";
import { formatResponseHead } from "./format-response-head.ts";
import { isolate, reportFault } from "../core/isolate.ts";
import { freeRead } from "./node-internals.ts";
import { endWithResponse } from "./end-with-response.ts";

/** What reads and serves simple requests, and what takes over the connection for all others. */
export interface ClientConnectionDeps {
  /** Parses the head of a request. `unsupported`: it is not simple; `incomplete`: more bytes are needed. */
  parse(bytes: Buffer): SimpleRequest | "unsupported" | "incomplete";
  /** Serves a complete request, now or later. Returns false, with nothing done, if node:http has to serve it. */
  serve(request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean;
  /**
   * Takes the connection over for good, with the bytes that were read but not answered. `resume` serves the first
   * request on it.
   */
  handOver(socket: Socket, resume: ResumeRequest | undefined): void;
  /** Called when this object stops reading the connection. */
  forget(client: ClientConnection): void;
  isDraining(): boolean;
  /** Returns the current time as a Date field line. */
  dateLine(): string;
}

/** Serves through node:http a request that was already read here. */
export type ResumeRequest = (req: IncomingMessage, res: ServerResponse) => void;

/** The forwarded fields that were last written for a client, and what they depend on. */
export interface ForwardedFields {
  readonly host: string;
  /** The upstream that the Host field names, compared by identity; `undefined` if it is the client's Host. */
  readonly named: object | undefined;
  readonly lines: string;
}

interface AboutAnswer {
  /** Its field lines include a Date. */
  readonly hasDate: boolean;
  /** The body that follows is chunked. */
  readonly isChunked: boolean;
}

/** A client's connection for as long as only simple requests arrive on it, one after the other. */
export class ClientConnection {
  readonly socket: Socket;
  /** Called when the client leaves before `endResponse` or `passToNode`. */
  onAbort: (() => void) | undefined;
  /** A response is in progress. */
  isBusy = false;
  /** At least one request has arrived. */
  hasRequested = false;
  /** For the sweep that closes idle connections. */
  idleSinceTick = 0;
  /** The fields of the last request, which are mostly those of the next one as well. */
  forwardedFields: ForwardedFields | undefined;
  readonly #deps: ClientConnectionDeps;
  #peer: string | undefined;
  /** The request that is being read or served, and the bytes after it. */
  #read: Buffer | undefined;
  #ahead: Buffer[] | undefined;
  /** The request arrived in one read, whose memory is not shared. */
  #isOneRead = false;
  #late: NodeJS.Timeout | undefined;
  #isLast = false;
  #isProbed = false;

  constructor(deps: ClientConnectionDeps, socket: Socket) {
    this.#deps = deps;
    this.socket = socket;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onClose);
  }

  /** No unanswered bytes have arrived. */
  get isIdle(): boolean {
    return !this.isBusy && this.#read === undefined;
  }

  /** The peer address as reported by the system. */
  get peer(): string {
    return (this.#peer ??= this.socket.remoteAddress ?? "");
  }

  /** Makes the system probe a silent client after so many milliseconds. */
  probeAfter(ms: number): void {
    if (this.#isProbed) return;
    this.#isProbed = true;
    this.socket.setKeepAlive(true, ms);
  }

  /** Responds with a 200 without a body. `lines` are its fields. */
  answer(lines: string): void {
    this.socket.write(this.answerHead(200, "OK", lines, { hasDate: false, isChunked: false }), "latin1");
    this.endResponse(false);
  }

  /** Returns the head of a response, with the fields that concern the connection. */
  answerHead(status: number, reason: string, lines: string, { hasDate, isChunked }: AboutAnswer): string {
    const isLast = (this.#isLast ||= this.#deps.isDraining());
    return formatResponseHead(status, reason, lines, { date: hasDate ? "" : this.#deps.dateLine(), isChunked, isLast });
  }

  /** Ends a complete response. `isForwarded`: the bytes of the request were sent and are not needed any more. */
  endResponse(isForwarded: boolean): void {
    if (isForwarded && this.#isOneRead && this.#ahead === undefined) freeRead(this.#read);
    this.#read = undefined;
    this.onAbort = undefined;
    if (this.#isLast) return this.end();
    this.isBusy = false;
    if (this.#ahead !== undefined) this.passToNode();
  }

  /** Ends the connection after the bytes that were written. */
  end(): void {
    this.release();
    isolate(this.socket, (socket) => endWithResponse(socket));
  }

  /**
   * Hands the connection to node:http for good, with the unanswered request and all bytes after it. `resume` serves
   * that request; without it the request is served like any other.
   */
  passToNode(resume?: ResumeRequest): void {
    this.onAbort = undefined;
    const unread = this.#ahead === undefined ? this.#read : Buffer.concat([this.#read ?? NOTHING, ...this.#ahead]);
    this.release();
    isolate(this.socket, (socket) => {
      if (socket.destroyed || socket.readableEnded) return socket.destroySoon(); // the client has left
      socket.pause();
      // In one piece: node:http reads past its stream once it has begun, so a second piece could be overtaken.
      const pieces = [unread ?? NOTHING];
      while (socket.readableLength > 0) pieces.push(nextPiece(socket));
      socket.unshift(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
      this.#deps.handOver(socket, resume);
      return void socket.resume();
    });
  }

  /** Stops reading the connection. */
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

  /** As in node:http, a client that ends its side has left. Nothing may be written after our own end. */
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

  /** Serves a complete request. Bytes that do not complete one soon are passed to node:http. */
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
    this.#late ??= setTimeout(() => this.passToNode(), PACKET_GAP_MS);
  }

  #serve(request: SimpleRequest, body: Buffer | undefined): void {
    if (this.#late !== undefined) clearTimeout(this.#late);
    this.#late = undefined;
    this.isBusy = true;
    this.hasRequested = true;
    this.#isLast = request.isLast;
    if (!this.#deps.serve(request, body, this)) this.passToNode();
  }

  /** Keeps pipelined bytes for later; beyond a limit the client has to wait. */
  #keep(bytes: Buffer): void {
    this.#ahead ??= [];
    this.#ahead.push(bytes);
    if (this.#ahead.reduce((sum, { length }) => sum + length, 0) > SMALL_BODY_BYTES) this.socket.pause();
  }
}

/**
 * Returns the data of a paused stream; Node 26 returns one buffer per read. Not for an empty stream: during the event
 * of a read that fills its buffer, read() would mark the stream as reading just before Node stops it, and it would
 * never start again.
 */
function nextPiece(socket: Socket): Buffer {
  return socket.read() as Buffer;
}

const NOTHING = Buffer.alloc(0);
