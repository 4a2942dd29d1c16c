import assert from "node:assert/strict";
import { test } from "node:test";
import { createSystemClock } from "./system-clock.ts";

test("a sleep never ends early, whatever keeps the process busy", async () => {
  const clock = createSystemClock();
  const early = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const dueMs = clock.now() + index / 7;
      // Simulates a busy event loop, whose time is then older than the clock.
      for (const untilMs = clock.now() + 0.3; clock.now() < untilMs;);
      await clock.sleep(dueMs - clock.now());
      return dueMs - clock.now();
    }),
  );
  assert.ok(Math.max(...early) <= 0, `${Math.max(...early)} ms early`);
});
