import { setTimeout as sleep } from "node:timers/promises";
import { isCi } from "./tools.ts";

/** A machine of CI may be this many times as slow. A rule about time is measured by its test, never by this limit. */
const PATIENCE = isCi() ? 3 : 1;
/** A shorter wait is one for what may well not come. */
const SHORT_MS = 2_000;

/**
 * Asks until the answer is truthy and resolves with it. Rejects after `ms`, in CI three times that, with the last answer
 * or error, so that a test reports what it saw instead.
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
