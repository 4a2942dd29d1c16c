import type { Socket } from "node:net";
import type { Endpoint } from "../core/observation.ts";
import { AnswerReader, type AnswerSink } from "./answer-reader.ts";
import { openConnection } from "./connect.ts";

/** Who has a line, and hears of the answer that comes on it. */
export interface LineUser extends AnswerSink {
  /** All of one read has been told. False: what was told is being written still, so that nothing may be read over it. */
  onRead(): boolean;
  /** The line is gone before the answer was whole. `sent`: the app may have seen the request. */
  onLost(error: Error, sent: boolean): void;
}

/** A kept connection to an app, which carries one exchange at a time. */
export class Line {
  /** It has carried an exchange, so that the app may have closed it meanwhile. */
  used = false;
  /** When it became idle, and when it is too old to be used again. */
  idleSinceMs = 0;
  keptUntilMs = 0;
  /** It is of no use any more. */
  isOver = false;
  readonly #reader = new AnswerReader();
  readonly #onIdleLost: (line: Line) => void;
  readonly #giveUp: () => void;
  #socket: Socket | undefined;
  #user: LineUser | undefined;
  #unsent: readonly [head: string, body: Buffer | undefined] | undefined;
  #buffer: Buffer | undefined;

  /** `onIdleLost`: it was lost while nobody had it. */
  constructor(to: Endpoint, onIdleLost: (line: Line) => void) {
    this.#onIdleLost = onIdleLost;
    const buffer = (): Buffer => (this.#buffer ??= Buffer.allocUnsafeSlow(READ_BYTES));
    const callback = (bytes: number): boolean => this.#read(bytes);
    this.#giveUp = openConnection(to, (error, socket) => this.#opened(error, socket), { buffer, callback });
  }

  /** Sends a request that is whole. `isBodiless`: it is answered without a body. */
  send(head: string, body: Buffer | undefined, user: LineUser, isBodiless: boolean): void {
    this.#user = user;
    this.#reader.begin(user, isBodiless);
    if (this.#socket === undefined) this.#unsent = [head, body];
    else write(this.#socket, head, body);
  }

  /** The system has taken all that was sent. */
  get hasSent(): boolean {
    return this.#socket?.writableLength === 0;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Nobody hears of it any more. */
  destroy(): void {
    this.isOver = true;
    this.#user = undefined;
    if (this.#socket === undefined) this.#giveUp();
    else this.#socket.destroy();
  }

  #opened(error: Error | undefined, socket: Socket): void {
    if (error !== undefined) {
      this.#lose(error, false);
      return;
    }
    this.#socket = socket;
    socket.unref(); // while it has a user, that one's client keeps the process alive
    socket.on("error", (fault) => this.#lose(fault, true));
    socket.on("end", () => {
      if (!this.isOver && !this.#reader.close()) this.#lose(new Closed(), true);
      this.destroy();
    });
    if (this.#unsent !== undefined) write(socket, ...this.#unsent);
    this.#unsent = undefined;
  }

  #read(bytes: number): boolean {
    const user = this.#user;
    if (this.#buffer === undefined || this.isOver) return false;
    try {
      this.#reader.read(this.#buffer.subarray(0, bytes));
    } catch (error) {
      this.#lose(error as Error, true);
    }
    if (this.#reader.isIdle) this.#user = undefined;
    if (user !== undefined && !user.onRead()) this.#buffer = undefined;
    return true;
  }

  #lose(error: Error, sent: boolean): void {
    if (this.isOver) return;
    const user = this.#user;
    this.destroy();
    if (user !== undefined) user.onLost(error, sent);
    else this.#onIdleLost(this);
  }
}

/** The other side has ended the connection, as one does that does not want to be asked any more. */
class Closed extends Error {
  readonly code = "ECONNRESET";
}

/** Room for 64 KiB, which many an app writes at once, with its head. */
const READ_BYTES = 72 * 1024;

function write(socket: Socket, head: string, body: Buffer | undefined): void {
  if (body === undefined) {
    socket.write(head, "latin1");
    return;
  }
  socket.cork();
  socket.write(head, "latin1");
  socket.write(body);
  socket.uncork();
}
