import { setTimeout as sleep } from "node:timers/promises";

/** Resolves when a number has stopped moving for a while: everything that could be sent has been sent. */
export async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read();) {
    last = read();
    await sleep(200);
  }
}
