import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/integration/manual-clock.ts";
import { createWakesToday } from "./wakes-today.ts";

const ready = { type: "ready", workload: "app", durationMs: 10, cause: "request" } as const;

test("wakes are counted per workload, others' starts are not", () => {
  const wakes = createWakesToday(createManualClock(), () => "UTC");
  wakes.note(ready);
  wakes.note(ready);
  wakes.note({ ...ready, durationMs: undefined, cause: undefined });
  wakes.note({ type: "wake", workload: "app", cause: "request" });
  assert.equal(wakes.of("app"), 2);
  assert.equal(wakes.of("other"), 0);
});

test("a day ends at midnight of its own time zone", async () => {
  const clock = createManualClock(Date.UTC(2026, 5, 1, 21, 59)); // 23:59 in Rome
  const rome = createWakesToday(clock, () => "Europe/Rome");
  const utc = createWakesToday(clock, () => "UTC");
  rome.note(ready);
  utc.note(ready);
  await clock.advance(60_000);
  assert.equal(rome.of("app"), 0);
  assert.equal(utc.of("app"), 1);
});
