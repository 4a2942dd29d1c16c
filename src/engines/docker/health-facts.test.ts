import assert from "node:assert/strict";
import { test } from "node:test";
import { healthFacts } from "./health-facts.ts";

type Inspected = Parameters<typeof healthFacts>[0];
type Check = NonNullable<Inspected["Config"]["Healthcheck"]>;

const STARTED = "2026-06-01T12:00:00.123456789Z";
const s = (seconds: number): number => seconds * 1e9;

function facts(
  check: Check,
  api: string,
  log: { Start: string; ExitCode: number; Output: string }[],
  Status = "starting",
) {
  const entries = log.map((entry) => ({ ...entry, End: entry.Start }));
  const Health = { Status, FailingStreak: 0, Log: entries };
  return healthFacts({ State: { StartedAt: STARTED, Health }, Config: { Healthcheck: check } }, api);
}

const firsts: [rule: string, check: Check, api: string, afterMs: number][] = [
  ["an interval that is not set is Docker's default", {}, "1.52", 30_000],
  ["zero is Docker's default as well", { Interval: 0 }, "1.41", 30_000],
  ["the first check comes after one interval", { Interval: s(300) }, "1.52", 300_000],
  ["a start period has an interval of its own since API 1.44", { Interval: s(60), StartPeriod: s(90) }, "1.44", 5_000],
  ["which can be set", { Interval: s(60), StartPeriod: s(90), StartInterval: s(2) }, "1.52", 2_000],
  ["but not before", { Interval: s(60), StartPeriod: s(90), StartInterval: s(2) }, "1.43", 60_000],
  ["nor without a start period", { Interval: s(60), StartInterval: s(2) }, "1.52", 60_000],
];
for (const [rule, check, api, afterMs] of firsts) {
  test(rule, () => assert.deepEqual(facts(check, api, []), { health: "starting", firstCheckAfterMs: afterMs }));
}

test("an entry of an earlier run does not count for this one, whatever its time zone", () => {
  const old = { Start: "2026-06-01T13:59:59.9+02:00", ExitCode: 1, Output: "old" };
  assert.deepEqual(facts({}, "1.52", [old]), { health: "starting", firstCheckAfterMs: 30_000 });
});

test("a failed check of this run takes over, and its output is one short plain line", () => {
  const hostile = `no \u001b[31mdatabase\r\n\u202e${"x".repeat(4_000)}`;
  const { firstCheckAfterMs, checkOutput = "" } = facts({}, "1.52", [
    { Start: "2026-06-01T12:00:30Z", ExitCode: 1, Output: hostile },
  ]);
  assert.equal(firstCheckAfterMs, undefined);
  assert.match(checkOutput, /^no database x+…$/u);
  assert.ok(checkOutput.length <= 200);
  const silent = { Start: "2026-06-01T12:00:30Z", ExitCode: 3, Output: " \n" };
  assert.equal(facts({}, "1.52", [silent]).checkOutput, "exit code 3");
});

test("a container without a health check has none, and a healthy one says nothing more", () => {
  assert.deepEqual(healthFacts({ State: { StartedAt: STARTED }, Config: {} }, "1.52"), { health: "none" });
  assert.deepEqual(facts({}, "1.52", [], "healthy"), { health: "healthy" });
});
