import assert from "node:assert/strict";
import { test } from "node:test";
import { clockText, durationText, untilText } from "./time-text.ts";

for (const [ms, expected] of [
  [0, "0\u00a0s"],
  [1_499, "1\u00a0s"],
  [59_000, "59\u00a0s"],
  [60_000, "1\u00a0min 00\u00a0s"],
  [3_905_000, "65\u00a0min 05\u00a0s"],
] as const) {
  test(`${ms} ms is written ${expected}`, () => assert.equal(durationText(ms), expected));
}

const HOUR = 3_600_000;
for (const [ms, language, expected] of [
  [1, "en", "in 1 minute"],
  [40 * 60_000, "de", "in 40 Minuten"],
  [8 * HOUR, "fr", "dans 8 heures"],
  [8 * HOUR, "it", "tra 8 ore"],
  [60 * HOUR, "es", "dentro de 3 días"],
] as const) {
  test(`${ms} ms from now is ${expected}`, () => assert.equal(untilText(ms, language), expected));
}

test("a time is in the time zone of the schedule, daylight saving included", () => {
  assert.match(clockText(Date.UTC(2026, 0, 13, 7), "en", "Europe/Rome"), /Tuesday.*13 January.*08:00.*(CET|GMT\+1)/u);
  assert.match(clockText(Date.UTC(2026, 6, 14, 6), "de", "Europe/Rome"), /Dienstag.*14\. Juli.*08:00.*(MESZ|GMT\+2)/u);
});
