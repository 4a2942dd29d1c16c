import type { Socket } from "node:net";
import { isolate, reportFault } from "../core/isolate.ts";
import { forgiveWrites } from "./node-internals.ts";
import { type Destination, openConnection } from "./open-connection.ts";
import { InvalidResponse } from "./response-fields.ts";
import { ResponseReader, type ResponseSink } from "./response-reader.ts";

/** The user of a connection, which is notified of the response. */
export interface UpstreamUser extends ResponseSink {
  /**
   * A read has been processed. Returns false while its bytes are still being written, so that they must not be
   * overwritten.
   */
  onRead(): boolean;
  /** The connection broke before the response was complete. `sent`: the app may have seen the request. */
  onLost(error: Error, sent: boolean): void;
  /** Closes the connection of the client after an internal error. */
  destroy(): void;
}

/** The body of a request: in one piece, or what streams it to the connection. */
export type RequestBody = Buffer | ((socket: Socket) => void) | undefined;

/** A connection to an app, which carries one exchange at a time. */
export class UpstreamConnection {
  /** It has carried an exchange, so the app may have closed it meanwhile. */
  used = false;
  /** When it became idle, and when it is too old to be reused. */
  idleSinceMs = 0;
  keptUntilMs = 0;
  /** It is closed or broken. */
  isClosed = false;
  readonly #reader = new ResponseReader();
  readonly #onIdleLost: (connection: UpstreamConnection) => void;
  readonly #giveUp: () => void;
  #socket: Socket | undefined;
  #user: UpstreamUser | undefined;
  #unsent: readonly [head: string, body: RequestBody] | undefined;
  #buffer: Buffer | undefined;

  /** `onIdleLost` is called when it is lost while unused. `forUpgrade`: its socket may be detached for other readers. */
  constructor(to: Destination, onIdleLost: (connection: UpstreamConnection) => void, forUpgrade: boolean) {
    this.#onIdleLost = onIdleLost;
    const buffer = (): Buffer => (this.#buffer ??= Buffer.allocUnsafeSlow(READ_BYTES));
    const callback = (bytes: number): boolean =>
      this.#buffer !== undefined && this.#read(this.#buffer.subarray(0, bytes));
    const opened = (error: Error | undefined, socket: Socket): void => {
      if (forUpgrade) socket.on("data", (bytes: Buffer) => this.#read(bytes));
      this.#opened(error, socket);
    };
    this.#giveUp = openConnection(to, opened, forUpgrade ? undefined : { buffer, callback });
  }

  /** Sends a request. `isBodiless`: its response has no body. */
  send(head: string, body: RequestBody, user: UpstreamUser, isBodiless: boolean): void {
    this.#user = user;
    this.#reader.begin(user, isBodiless);
    if (this.#socket === undefined) this.#unsent = [head, body];
    else write(this.#socket, head, body);
  }

  /** The system has taken all bytes that were sent. */
  get hasSent(): boolean {
    return this.#socket?.writableLength === 0;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Leaves the socket, on which another protocol follows, to the caller. */
  detach(): Socket | undefined {
    this.isClosed = true;
    return this.#socket;
  }

  /** Closes the connection without notifying its user. */
  destroy(): void {
    this.isClosed = true;
    this.#user = undefined;
    if (this.#socket === undefined) this.#giveUp();
    else this.#socket.destroy();
  }

  #opened(error: Error | undefined, socket: Socket): void {
    if (error !== undefined) this.#lose(error, false);
    else if (this.#user === undefined) this.#begin(socket);
    else isolate(this.#user, () => this.#begin(socket));
  }

  #begin(socket: Socket): void {
    this.#socket = socket;
    socket.unref(); // while in use, the connection of the client keeps the process alive
    socket.on("error", (fault) => this.#lose(fault, true)).on("end", () => this.#end());
    if (this.#unsent !== undefined) write(socket, ...this.#unsent);
    this.#unsent = undefined;
  }

  #end(): void {
    if (this.isClosed) return;
    const user = this.#user;
    try {
      if (!this.#reader.close()) this.#lose(new Closed(), true);
    } catch (fault) {
      this.#fail(fault, user);
    }
    this.destroy();
  }

  #read(bytes: Buffer): boolean {
    const user = this.#user;
    if (this.isClosed) return false;
    try {
      this.#reader.read(bytes);
    } catch (error) {
      // Bytes after a complete response are not part of it: they cost this connection, not its user.
      if (this.#reader.isIdle) this.#user = undefined;
      if (error instanceof InvalidResponse) this.#lose(error, true);
      else this.#fail(error, user);
    }
    if (this.#reader.isIdle) this.#user = undefined;
    try {
      if (user !== undefined && !user.onRead()) this.#buffer = undefined;
    } catch (fault) {
      this.#fail(fault, user);
    }
    return true;
  }

  #lose(error: Error, sent: boolean): void {
    if (this.isClosed) return;
    const user = this.#user;
    this.destroy();
    if (user === undefined) this.#onIdleLost(this);
    else isolate(user, () => user.onLost(error, sent));
  }

  /** Closes this connection and that of the client after an internal error. */
  #fail(fault: unknown, user: UpstreamUser | undefined): void {
    this.destroy();
    user?.destroy();
    reportFault(fault);
  }
}

/** The app has closed the connection, which counts as a reset. */
class Closed extends Error {
  readonly code = "ECONNRESET";
}

/** Fits 64 KiB, which many apps write at once, with the head. */
const READ_BYTES = 72 * 1024;

function write(socket: Socket, head: string, body: RequestBody): void {
  if (body === undefined) {
    socket.write(head, "latin1");
    return;
  }
  if (typeof body === "function") {
    forgiveWrites(socket);
    socket.write(head, "latin1");
    body(socket);
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}
