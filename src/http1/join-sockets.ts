import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";

/**
 * Relays bytes both ways at the pace of the slower side until both sides have closed. An end is relayed as an end,
 * while the other direction continues. A broken side breaks the other one.
 */
export function joinSockets(client: Duplex, upstream: Socket, onEnd: () => void): void {
  let open = 2;
  for (const [here, there] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    here.on("error", ignore); // `close` follows
    here.on("close", () => {
      if (!(here.readableEnded && here.writableFinished)) breakOff(there);
      open -= 1;
      if (open === 0) onEnd();
    });
    here.pipe(there);
  }
}

/** Sends a reset where possible, so that a broken stream is not taken for a complete one. */
function breakOff(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  else socket.destroy();
}

function ignore(): void {}
