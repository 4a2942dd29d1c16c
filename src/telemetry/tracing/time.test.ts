import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpanClock, spanTime } from "./time.ts";

test("the clock of spans goes on evenly, and follows the wall clock when that was set", () => {
  const clocks = { now: 5_000, wall: 1_800_000_000_000 };
  const read = createSpanClock(
    () => clocks.now,
    () => clocks.wall,
  );
  assert.equal(read(), 1_800_000_000_000);
  clocks.now += 10.25;
  clocks.wall += 10;
  assert.equal(read(), 1_800_000_000_010.25, "finer than the wall clock");
  clocks.wall += 3_600_000;
  assert.equal(read(), 1_800_003_600_010);
});

const times: readonly [ms: number, time: [number, number]][] = [
  [0, [0, 0]],
  [1_800_000_000_123, [1_800_000_000, 123_000_000]],
  [1_000.5, [1, 500_000]],
  [999.999_999_9, [0, 999_999_999]],
];
for (const [ms, time] of times) {
  test(`${ms} ms are ${time.join(" s and ")} ns`, () => assert.deepEqual(spanTime(ms), time));
}
