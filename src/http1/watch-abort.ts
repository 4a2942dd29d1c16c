import type { Duplex } from "node:stream";

/**
 * Notices that a client leaves while its upgrade is held, without taking a byte off it: what it has sent stays for the
 * tunnel. `stop` must be called before somebody else reads.
 */
export function watchAbort(socket: Duplex): { readonly signal: AbortSignal; stop(): void } {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  // An end is only seen by reading; nothing is taken as long as something is there.
  const look = (): void => {
    if (socket.readableLength === 0) socket.read();
  };
  socket.on("readable", look).on("end", leave).on("close", leave).on("error", leave);
  return {
    signal: leaving.signal,
    stop: () => void socket.off("readable", look).off("end", leave).off("close", leave).off("error", leave),
  };
}
