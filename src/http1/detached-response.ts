import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";
import { endWithResponse } from "./end-with-response.ts";

/**
 * Creates the response to a request whose connection node:http has detached, and does what node:http would do. `goOn`
 * is called when the response has ended and the connection stays open; without it the connection ends.
 */
export function createDetachedResponse(req: IncomingMessage, socket: Socket, goOn?: () => void): ServerResponse {
  const res = new ServerResponse(req);
  const onDrain = (): void => void res.emit("drain");
  res.shouldKeepAlive = goOn !== undefined && staysOpen(req);
  res.assignSocket(socket);
  socket.on("drain", onDrain);
  res.on("finish", () =>
    isolate(socket, () => {
      socket.off("drain", onDrain);
      res.detachSocket(socket);
      res.emit("close");
      if (res.shouldKeepAlive) goOn?.();
      else endWithResponse(socket);
    }),
  );
  return res;
}

function staysOpen({ httpVersionMinor, headers }: IncomingMessage): boolean {
  return httpVersionMinor === 1 && !/(?:^|,)\s*close\s*(?:,|$)/iu.test(headers.connection ?? "");
}

/**
 * Notices that the client of a detached connection leaves, without consuming a byte: its data stays for the tunnel.
 * `stop` must be called before anything else reads.
 */
export function watchAbort(socket: Duplex): { readonly signal: AbortSignal; stop(): void } {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  // The end is only noticed by reading; nothing is consumed while data is buffered.
  const onReadable = (): void => {
    if (socket.readableLength === 0) isolate(socket, () => void socket.read());
  };
  socket.on("readable", onReadable).on("end", leave).on("close", leave).on("error", leave);
  return {
    signal: leaving.signal,
    stop: () => void socket.off("readable", onReadable).off("end", leave).off("close", leave).off("error", leave),
  };
}
