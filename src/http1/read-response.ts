import type { Socket } from "node:net";
import { reportFault } from "../core/isolate.ts";
import { ResponseReader, type ResponseSink } from "./response-reader.ts";
import { InvalidResponse } from "./response-fields.ts";

/** What is notified of an exchange on a connection of its own. */
export interface ResponseHandler extends ResponseSink {
  /** The connection broke, or the bytes are not HTTP. Not called after the end of the response. */
  onBroken(error?: Error): void;
  /** Closes the connection of the client after an internal error. */
  destroy(): void;
}

/** Reads the one response of a connection. Returns a function that stops it. `isBodiless`: the response to HEAD. */
export function readResponse(connection: Socket, isBodiless: boolean, user: ResponseHandler): () => void {
  const reader = new ResponseReader();
  const onData = (bytes: Buffer): void => attempt(() => reader.read(bytes));
  const onEnd = (): void => attempt(() => void (reader.close() || onBroken()));
  const onBroken = (error?: Error): void => {
    connection.destroy();
    if (!reader.isIdle) attempt(() => user.onBroken(error));
  };
  const onClose = (): void => onBroken();

  function attempt(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      if (error instanceof InvalidResponse) return onBroken(error);
      connection.destroy();
      user.destroy();
      reportFault(error);
    }
  }

  reader.begin(user, isBodiless);
  connection.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onClose);
  return () => void connection.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onClose);
}
