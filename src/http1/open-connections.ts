import type { Socket } from "node:net";

/** The open connections to each address, so that they can be ended with the run that they lead to. */
export interface OpenConnections {
  add(address: string, socket: Socket): void;
  /**
   * The run behind an address is over. As a rule the system says so on each connection; not so where the network went
   * with it (the network of another container that was restarted): what is silent from now on is given up.
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

/** What had arrived by then is still read: a whole answer is delivered, at the pace of its client. */
function destroyWhenSilent(socket: Socket): void {
  let read = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead === read && !socket.isPaused()) socket.destroy(new RunEnded());
    read = socket.bytesRead;
  }, SILENT_MS).unref();
  socket.once("close", () => clearInterval(timer));
}

/** Nobody is there any more who could answer. */
export class RunEnded extends Error {
  readonly code = "ECONNRESET";
}

const SILENT_MS = 1_000;
