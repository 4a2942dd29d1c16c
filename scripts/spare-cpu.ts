import { availableParallelism, cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** As many idle processors are enough for one more test file, which mostly waits. */
const ENOUGH = 0.7;
const WATCHED_MS = 2_000;

/** Resolves when the processors are idle enough for one more test file, or when none is left. */
export async function untilSpareCpu(isOver: () => boolean): Promise<void> {
  for (let before = spent(); !isOver();) {
    await sleep(WATCHED_MS);
    const now = spent();
    const busy = cpus().length * (1 - (now.idle - before.idle) / (now.all - before.all));
    // Not all processors of the machine may be ours.
    if (availableParallelism() - busy >= ENOUGH) return;
    before = now;
  }
}

function spent(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of: (one: (typeof times)[number]) => number): number => times.reduce((total, one) => total + of(one), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq),
  };
}
