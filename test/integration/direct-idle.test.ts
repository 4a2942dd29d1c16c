import assert from "node:assert/strict";
import { test } from "node:test";
import { flow } from "./flow.ts";
import { open } from "./recall-fixture.ts";

/** The stop of the app itself takes its time as well. */
const STOP_MS = 300;

for (const [idleMs, pollS] of [
  [12_000, 1],
  [15_000, 2],
  [15_000, 5],
  [15_000, 10],
  [28_000, 2],
  [30_000, 1],
  [60_000, 2],
  [120_000, 5],
] as const) {
  const limitMs = Math.max(5_000, idleMs / 10);
  test(`an idle time of ${idleMs / 1_000} s is met within ${limitMs} ms, whenever use ends (polled each ${pollS} s)`, async () => {
    for (let phaseMs = 0; phaseMs < 6_000; phaseMs += 700) {
      const { endMs, stoppedMs, gapsMs, lastGapMs } = await useAndStop(idleMs, pollS, phaseMs);
      const lateMs = stoppedMs - endMs - idleMs;
      assert.ok(lateMs >= 0 && lateMs <= limitMs + STOP_MS, `use to ${phaseMs} ms: ${lateMs} ms late`);
      assert.ok(Math.min(...gapsMs) >= 5_000, `readings ${gapsMs.join(", ")} ms apart`);
      assert.ok(lastGapMs > 250, `the last reading ${lastGapMs} ms after the one before`);
    }
  });
}

/** Where memory and CPU take a second to read, as with Docker before version 23. */
async function useAndStop(idleMs: number, pollS: number, phaseMs: number) {
  const { pass, clock, engine, ...fixture } = await open({ name: "app", idleTimeoutMs: idleMs }, pollS);
  const { usage, stop } = engine;
  const readMs: number[] = [];
  engine.usage = async (ref) => {
    await clock.sleep(1_000);
    return usage(ref);
  };
  engine.traffic = async (ref) => {
    readMs.push(clock.now());
    await clock.sleep(20); // a stop is then due a moment later than a whole number of steps
    return usage(ref);
  };
  let stoppedMs = 0;
  engine.stop = (ref, order) => {
    stoppedMs = clock.now();
    return stop(ref, order);
  };
  const endMs = clock.now() + 12_000 + phaseMs;
  flow({ clock, engine }, [{ fromMs: 0, toMs: endMs - clock.now(), everyMs: 100, rx: [300, 2], tx: [600, 3] }]);
  for (let left = idleMs * 3 + 30_000; stoppedMs === 0 && left > 0; left -= 1_000) await pass(1_000);
  assert.equal(fixture.status("app"), "asleep");
  const gapsMs = readMs.slice(1).map((ms, at) => ms - (readMs[at] ?? 0));
  const lastGapMs = gapsMs.pop() ?? 0; // before the look right at the stop
  return { endMs, stoppedMs, gapsMs, lastGapMs };
}

test("the memory that a stop gives back is read shortly before it, where readings of traffic leave it out", async () => {
  const { pass, clock, engine, record, status } = await open({ name: "app", idleTimeoutMs: 30_000 });
  const { usage } = engine;
  engine.traffic = async (ref) => {
    const { memoryBytes: _, cpuMs: __, ...traffic } = (await usage(ref)) ?? assert.fail();
    return traffic;
  };
  flow({ clock, engine }, [], () => ({ memoryBytes: 7_000 }));
  await pass(40_000);
  assert.equal(status("app"), "asleep");
  assert.equal(record.memoryBytes, 7_000);
});
