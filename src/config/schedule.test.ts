import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseCron, parseTimezone } from "./schema/cron-expression.ts";
import { scheduleClash } from "./check/schedule-clash.ts";
import { createSchedule } from "./schedule.ts";

const at = (iso: string) => Date.parse(iso);
const OFFICE = { start: "0 8 * * 1-5", stop: "0 20 * * 1-5", timezone: "Europe/Rome" };
const NIGHT = { start: "0 22 * * *", stop: "0 6 * * *", timezone: "UTC" };

const windows: readonly [string, typeof OFFICE, string, boolean][] = [
  ["before the first start of a day", OFFICE, "2026-03-02T06:59:59.999Z", false],
  ["at the very start", OFFICE, "2026-03-02T07:00:00.000Z", true],
  ["half a second after the start", OFFICE, "2026-03-02T07:00:00.500Z", true],
  ["just before the stop", OFFICE, "2026-03-02T18:59:59.999Z", true],
  ["at the very stop", OFFICE, "2026-03-02T19:00:00.000Z", false],
  ["on a weekend", OFFICE, "2026-03-07T12:00:00Z", false],
  ["in summer time, an hour earlier by UTC", OFFICE, "2026-03-30T06:00:00Z", true],
  ["over midnight", NIGHT, "2026-03-03T00:00:00Z", true],
  ["at noon of a night schedule", NIGHT, "2026-03-03T12:00:00Z", false],
  ["with a start alone", { ...OFFICE, stop: "" }, "2026-03-07T12:00:00Z", true],
  ["with a stop alone", { ...OFFICE, start: "" }, "2026-03-07T12:00:00Z", true],
];
for (const [when, settings, iso, expected] of windows) {
  test(`a schedule is ${expected ? "open" : "closed"} ${when}`, () => {
    assert.equal(createSchedule(settings).isOpen(at(iso)), expected);
  });
}

test("a schedule that was queried just before an event changes its answer at the event itself", () => {
  const schedule = createSchedule(OFFICE);
  assert.equal(schedule.isOpen(at("2026-03-02T18:59:59.999Z")), true);
  assert.equal(schedule.isOpen(at("2026-03-02T19:00:00.000Z")), false);
  assert.equal(schedule.isOpen(at("2026-03-02T18:59:59.999Z")), true, "also when the clock jumps back");
});

test("the next event is the nearer of start and stop, strictly later", () => {
  const schedule = createSchedule(OFFICE);
  assert.deepEqual(schedule.next(at("2026-03-02T07:00:00Z")), { kind: "stop", atMs: at("2026-03-02T19:00:00Z") });
  assert.deepEqual(schedule.next(at("2026-03-06T19:00:00Z")), { kind: "start", atMs: at("2026-03-09T07:00:00Z") });
  assert.equal(schedule.nextStart(at("2026-03-06T12:00:00Z")), at("2026-03-09T07:00:00Z"));
});

test("a schedule without a start has no next start, and one without anything has no next event", () => {
  assert.equal(createSchedule({ ...OFFICE, start: "" }).nextStart(0), undefined);
  assert.equal(createSchedule({ start: "", stop: "", timezone: "UTC" }).next(0), undefined);
});

test("a start in the hour that daylight saving skips happens once, right after the gap", () => {
  const schedule = createSchedule({ start: "30 2 * * *", stop: "0 12 * * *", timezone: "Europe/Rome" });
  assert.equal(schedule.nextStart(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
  assert.equal(schedule.isOpen(at("2026-03-29T01:00:00Z")), true);
});

test("a start in the hour that daylight saving repeats happens once", () => {
  const schedule = createSchedule({ start: "30 2 * * *", stop: "", timezone: "Europe/Rome" });
  assert.equal(schedule.nextStart(at("2026-10-24T12:00:00Z")), at("2026-10-25T00:30:00Z"));
  assert.equal(schedule.nextStart(at("2026-10-25T00:30:00Z")), at("2026-10-26T01:30:00Z"));
});

test("whether it is open follows from the walk over its own events, at any order of questions", () => {
  const hour = fc.integer({ min: 0, max: 23 });
  const zone = fc.constantFrom("UTC", "Europe/Rome", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe");
  const day = fc.constantFrom("*", "1-5", "6,0", "2");
  const property = fc.property(
    fc.record({ startHour: hour, stopHour: hour, days: day, timezone: zone }),
    fc.array(fc.integer({ min: 0, max: 14 * 24 * 60 }), { minLength: 1, maxLength: 8 }),
    ({ startHour, stopHour, days, timezone }, minutes) => {
      fc.pre(startHour !== stopHour);
      const settings = { start: `15 ${startHour} * * ${days}`, stop: `15 ${stopHour} * * ${days}`, timezone };
      const asked = createSchedule(settings);
      for (const minute of minutes) {
        const wallMs = at("2026-03-22T00:00:00Z") + minute * 60_000;
        assert.equal(
          asked.isOpen(wallMs),
          openByWalking(createSchedule(settings), wallMs),
          `${JSON.stringify(settings)} at ${new Date(wallMs).toISOString()}`,
        );
      }
    },
  );
  fc.assert(property, { numRuns: 60 });
});

/** Returns the last event before a time, found by iteration from nine days earlier. */
function openByWalking(schedule: ReturnType<typeof createSchedule>, wallMs: number): boolean {
  let event = schedule.next(wallMs - 9 * 24 * 3_600_000);
  let open = false;
  while (event !== undefined && event.atMs <= wallMs) {
    open = event.kind === "start";
    event = schedule.next(event.atMs);
  }
  return open;
}

const clashes: readonly [string, string, string | undefined][] = [
  ["0 9 * * *", "0 9 * * 1", "schedule_start and schedule_stop fire at the same time (Mon 13 Apr 09:00)"],
  ["*/15 * * * *", "45 17 * * 3", "schedule_start and schedule_stop fire at the same time (Wed 08 Apr 17:45)"],
  ["0 8 * * *", "0 20 * * *", undefined],
  ["0 0 1 * *", "0 0 1 1 *", undefined],
  ["0 8 * * *", "", undefined],
  ["* * * * *", "* * * * *", "schedule_start and schedule_stop fire at the same time (Tue 07 Apr 12:01)"],
];
for (const [start, stop, clash] of clashes) {
  test(`start "${start}" and stop "${stop}" ${clash === undefined ? "never meet" : "meet"} in seven days`, () => {
    assert.equal(scheduleClash({ start, stop, timezone: "Europe/Rome" }, at("2026-04-07T10:00:00Z")), clash);
  });
}

const crons: readonly [string, string | RegExp][] = [
  ["0 8 * * 1-5", "0 8 * * 1-5"],
  [" 0 8 ? * MON ", "0 8 * * MON"],
  ["@daily", "@daily"],
  ["30 0 8 * * *", "30 0 8 * * *"],
  ["", ""],
  ["60 * * * *", /invalid cron expression "60 \* \* \* \*"/],
  ["0 8 * *", /five fields/],
  ["* * * * * * 2030", /five fields/],
  ["2030-01-01T00:00:00", /five fields/],
  ["@reboot", /five fields/],
  ["0 0 30 2 *", /never fires/],
  ["CRON_TZ=UTC 0 8 * * *", /schedule_timezone/],
  ["every day", /five fields/],
];
for (const [text, expected] of crons) {
  test(`the cron expression ${JSON.stringify(text)} is ${typeof expected === "string" ? "taken" : "refused"}`, () => {
    const reading = parseCron(text);
    if (typeof expected === "string") assert.deepEqual(reading, { ok: true, value: expected });
    else assert.match(reading.ok ? "" : reading.fault, expected);
  });
}

test("time zones are checked against the machine's list", () => {
  assert.deepEqual(parseTimezone("Europe/Rome"), { ok: true, value: "Europe/Rome" });
  assert.deepEqual(parseTimezone(""), { ok: true, value: "" });
  const unknown = parseTimezone("Mars/Olympus");
  assert.match(unknown.ok ? "" : unknown.fault, /unknown time zone "Mars\/Olympus"/);
});
