import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, formatGoDuration, parseDuration } from "./duration.ts";

const readable: readonly [string, number][] = [
  ["0", 0],
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["500ms", 500],
  [".5s", 500],
  ["1m0.5s", 60_500],
  ["1500us", 2],
  ["2000µs", 2],
  [" 15m ", 900_000],
  ["0s", 0],
];
for (const [text, ms] of readable) {
  test(`the duration ${JSON.stringify(text)} is ${ms} ms`, () => {
    assert.deepEqual(parseDuration(text), { ok: true, value: ms });
  });
}

const unreadable: readonly [string, RegExp][] = [
  ["90", /^90 has no unit; write "90s" for seconds or "90m" for minutes$/],
  ["1.5", /write "1\.5s"/],
  ["-5s", /negative/],
  ["1d", /"24h"/],
  ["soon", /not a duration/],
  ["", /not a duration/],
  ["5 s", /not a duration/],
  ["10us", /shorter than "1ms"/],
  ["999999h", /longer than ten years/],
];
for (const [text, fault] of unreadable) {
  test(`the text ${JSON.stringify(text)} is refused with a hint`, () => {
    const reading = parseDuration(text);
    assert.equal(reading.ok, false);
    assert.match(reading.ok ? "" : reading.fault, fault);
  });
}

test("a duration that was written is read back as it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 * 365 * 24 * 3_600_000 }), (ms) => {
      assert.deepEqual(parseDuration(formatDuration(ms)), { ok: true, value: ms });
    }),
  );
});

test("no text makes the parser throw", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
});

for (const [ms, text] of [
  [0, "0s"],
  [500, "500ms"],
  [1_500, "1.5s"],
  [60_000, "1m0s"],
  [3_600_000, "1h0m0s"],
  [5_405_000, "1h30m5s"],
] as const) {
  test(`the status API writes ${ms} ms as Go does, ${text}`, () => assert.equal(formatGoDuration(ms), text));
}

test("a duration that was written as Go does is read back as it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (ms) => {
      assert.deepEqual(parseDuration(formatGoDuration(ms)), { ok: true, value: ms });
    }),
  );
});

test("a long text is refused in time that grows with its length alone", () => {
  assert.equal(parseDuration("9".repeat(100_000)).ok, false);
  assert.equal(parseDuration(`${"1s".repeat(50_000)}x`).ok, false);
});
