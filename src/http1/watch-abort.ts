import type { Duplex } from "node:stream";
import { isolate } from "../core/isolate.ts";

/**
 * Notices that a client leaves while its upgrade is held, without consuming a byte: its data stays for the tunnel.
 * `stop` must be called before anything else reads.
 */
export function watchAbort(socket: Duplex): { readonly signal: AbortSignal; stop(): void } {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  // The end is only noticed by reading; nothing is consumed while data is buffered.
  const look = (): void => {
    if (socket.readableLength === 0) isolate(socket, () => void socket.read());
  };
  socket.on("readable", look).on("end", leave).on("close", leave).on("error", leave);
  return {
    signal: leaving.signal,
    stop: () => void socket.off("readable", look).off("end", leave).off("close", leave).off("error", leave),
  };
}
