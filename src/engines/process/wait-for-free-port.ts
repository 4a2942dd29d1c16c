import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until nothing listens on this port of 127.0.0.1: a previous run may be ending. Resolves with a sentence when
 * the port stays taken, because then another process would be taken for the program.
 */
export async function waitForFreePort(port: number, patienceMs = 3_000): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  while (await answers(port)) {
    if (performance.now() > deadline) return `Port ${port} (process.port) is taken by another program`;
    await sleep(50);
  }
  return undefined;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => settle(true));
    socket.on("error", () => settle(false));
    const settle = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
  });
}
