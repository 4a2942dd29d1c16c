import type { Socket } from "node:net";

/** The open connections to each address, so that they can be ended with the run behind it. */
export interface OpenConnections {
  add(address: string, socket: Socket): void;
  /**
   * Ends the connections of a run that is over. The system usually reports the end on each connection, but not where
   * the network is gone too (the network of another container that was restarted): a silent connection is destroyed.
   */
  endWithRun(address: string): void;
}

export function createOpenConnections(): OpenConnections {
  const open = new Map<string, Set<Socket>>();

  return {
    add(address, socket) {
      const sockets = open.get(address) ?? new Set();
      open.set(address, sockets.add(socket));
      socket.once("close", () => {
        sockets.delete(socket);
        if (sockets.size === 0 && open.get(address) === sockets) open.delete(address);
      });
    },
    endWithRun(address) {
      for (const socket of open.get(address) ?? []) destroyWhenSilent(socket);
    },
  };
}

/** What has arrived is still read: a complete response is delivered at the pace of its client. */
function destroyWhenSilent(socket: Socket): void {
  let read = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead === read && !socket.isPaused()) socket.destroy(new RunEnded());
    read = socket.bytesRead;
  }, SILENT_MS).unref();
  socket.once("close", () => clearInterval(timer));
}

/** The run that could answer has ended. */
export class RunEnded extends Error {
  readonly code = "ECONNRESET";
}

const SILENT_MS = 1_000;
