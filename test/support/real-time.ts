import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition that must hold for a time is checked. */
const CHECK_MS = 250;
/** A number that has not moved for so long moves no more. */
const STILL_MS = 200;

/**
 * Asserts that a condition holds now, and for `ms` from now on. Only real time shows that nothing happens: that nothing
 * stops a container, for example. On a slow machine it checks less often, and never for a shorter time.
 */
export async function quietFor(ms: number, holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const beganMs = performance.now();
  const sinceMs = (): number => performance.now() - beganMs;
  do {
    assert.ok(await holds(), `${what}: not any more after ${Math.round(sinceMs())} ms`);
    await sleep(Math.max(1, Math.min(CHECK_MS, ms - sinceMs())));
  } while (sinceMs() < ms);
  assert.ok(await holds(), `${what}: not any more after ${ms} ms`);
}

/**
 * Lets real time pass where that is what a test does to the gateway: a client pauses between requests, a process is
 * away or slow for so long, a signal arrives at this moment of a start. Never to wait for an effect, which `waitUntil`
 * does.
 */
export async function elapse(ms: number, options: { readonly ref?: boolean } = {}): Promise<void> {
  await sleep(ms, undefined, options);
}

/** Resolves when a number has stopped moving: no event says that everything that could be sent has been sent. */
export async function untilStill(read: () => number): Promise<void> {
  for (let last = -1; last !== read();) {
    last = read();
    await sleep(STILL_MS);
  }
}
