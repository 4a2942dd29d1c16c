import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";

/**
 * Passes bytes both ways, at the pace of the slower side, until both sides have closed. An end is passed on as an end: the
 * other direction goes on. What breaks on one side breaks the other.
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

/** A reset where the system can say it, so that nobody takes a broken stream for a finished one. */
function breakOff(socket: Duplex): void {
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
  else socket.destroy();
}

function ignore(): void {}
