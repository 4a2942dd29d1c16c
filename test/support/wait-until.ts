import { setTimeout as sleep } from "node:timers/promises";
import { isCi } from "./tools.ts";

/** How much slower a machine of CI may be. Tests of a time limit measure it themselves and do not depend on this. */
const PATIENCE = isCi() ? 3 : 1;
/** Shorter waits are for events that may not occur, and are not extended. */
const SHORT_MS = 2_000;

/**
 * Calls `ask` until its result is truthy, and resolves with that. Rejects after `ms`, in CI three times as long, with
 * the last result or error, so that the test reports it.
 */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  ms = 10_000,
  what = "the condition",
): Promise<Exclude<T, false | 0 | "" | null | undefined>> {
  const limitMs = ms < SHORT_MS ? ms : ms * PATIENCE;
  const deadline = performance.now() + limitMs;
  let last: unknown;
  do {
    try {
      const answer = await ask();
      if (isTruthy(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await sleep(25);
  } while (performance.now() < deadline);
  const saw = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`${what} did not come true within ${limitMs} ms; last: ${saw}`, { cause: last });
}

function isTruthy<T>(value: T): value is Exclude<T, false | 0 | "" | null | undefined> {
  return Boolean(value);
}
