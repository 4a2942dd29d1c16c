import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until nothing listens on these ports of 127.0.0.1, because a previous run may be ending. Resolves with an error
 * text if one stays taken: another process would be mistaken for the program.
 */
export async function waitForFreePorts(ports: readonly number[], patienceMs = 3_000): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs;
  const faults = await Promise.all(
    ports.map(async (port, at) => {
      const key = at === 0 ? "process.port" : "host";
      return (await becomesFree(port, deadline)) ? [] : `Port ${port} (${key}) is taken by another program`;
    }),
  );
  return faults.flat()[0];
}

async function becomesFree(port: number, deadline: number): Promise<boolean> {
  while (await answers(port)) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
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
