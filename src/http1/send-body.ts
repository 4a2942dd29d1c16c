import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type FieldNames, trailerPairs } from "./field-names.ts";
import { isolate } from "../core/isolate.ts";
import { fieldLines } from "./field-lines.ts";

interface Sending {
  /** What was read of it already. */
  readonly begun: Buffer | undefined;
  readonly isChunked: boolean;
  readonly names: FieldNames;
}

/** Streams the body of a request, at the pace of the slower side. */
export function sendBody(req: IncomingMessage, connection: Socket, { begun, isChunked, names }: Sending): void {
  function send(piece: Buffer): void {
    if (!connection.writable) return; // the app has answered already, or is gone
    if (isChunked) {
      connection.cork();
      connection.write(`${piece.length.toString(16)}\r\n`, "latin1");
      connection.write(piece);
      connection.write("\r\n", "latin1");
      connection.uncork();
    } else connection.write(piece);
    if (connection.writableNeedDrain) req.pause();
  }

  function sendEnd(): void {
    const trailers = trailerPairs(names, req.rawTrailers).flat();
    connection.write(`0\r\n${fieldLines(trailers)}\r\n`, "latin1");
  }

  if (begun !== undefined) send(begun);
  const goOn = (): void => isolate(req.socket, () => void req.resume());
  connection.on("drain", goOn).on("close", goOn);
  req.on("data", (piece: Buffer) => isolate(req.socket, () => send(piece)));
  req.once("end", () => {
    if (isChunked && connection.writable) isolate(req.socket, sendEnd);
  });
  if (!connection.writableNeedDrain) goOn();
}
