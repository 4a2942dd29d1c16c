import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is truthy and resolves with it. Rejects after `ms` with the last answer or error, so that a
 * test says what it saw instead.
 */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  ms = 10_000,
  what = "the condition",
): Promise<Exclude<T, false | 0 | "" | null | undefined>> {
  const deadline = performance.now() + ms;
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
  throw new Error(`${what} did not come true within ${ms} ms; last: ${saw}`, { cause: last });
}

function isTruthy<T>(value: T): value is Exclude<T, false | 0 | "" | null | undefined> {
  return Boolean(value);
}
