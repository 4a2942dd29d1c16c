import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, type Language } from "../../respond/language.ts";
import { createLabels } from "./labels.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const S = 1_000;
const H = 3_600 * S;
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");
const en = createLabels("en", "Europe/Rome", NOW);

for (const [ms, text] of [
  [-5, "0 s"],
  [59_999, "59 s"],
  [65 * S, "1 min 05 s"],
  [599 * S, "9 min 59 s"],
  [600 * S, "10 min"],
  [H + 61 * S, "1 h 01 min"],
  [51 * H, "2 days 3 h"],
  [251 * H, "10 days"],
] as const) {
  test(`${ms} ms are written as ${text}`, () => assert.equal(plain(en.span(ms)), text));
}

for (const [language, ago] of [
  ["en", "3 min ago"],
  ["de", "vor 3 Min."],
  ["it", "3 min fa"],
  ["fr", "il y a 3 min"],
  ["es", "hace 3 min"],
] as const) {
  test(`three minutes ago are "${ago}" in ${language}`, () =>
    assert.equal(plain(createLabels(language, "UTC", NOW).ago(NOW - 180 * S).text), ago));
}

test("a moment of today is a time of day, another has its day, in the zone of the schedules", () => {
  assert.equal(en.at(NOW + H).text, "15:00");
  assert.match(plain(en.at(NOW + 20 * H).text), /^Tue,? 2 Jun,? 10:00$/);
  assert.equal(en.at(NOW).iso, "2026-06-01T12:00:00.000Z");
});

for (const [bytes, text] of [
  [0, "0 MB"],
  [480e6, "480 MB"],
  [1.24e9, "1.2 GB"],
  [23.6e9, "24 GB"],
] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(plain(en.bytes(bytes)), text));
}

test("memory given back is counted in what a bill of memory counts: size times hours", () => {
  assert.equal(plain(en.byteHours(500e6 * 7_200)), "1 GB h");
  assert.equal(plain(en.byteHours(100e6 * 1_800)), "50 MB h");
});

test("a countdown never says 0 s while something is left", () => {
  assert.equal(plain(en.left(NOW + 1).text), "1 s");
  assert.equal(plain(en.left(NOW - 1).text), "0 s");
});

test("every language writes all of it", () => {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const labels = createLabels(language, "Asia/Tokyo", NOW);
    const texts = [
      labels.ago(NOW).text,
      labels.since(0).text,
      labels.at(0).text,
      labels.fine(1_240),
      labels.list(["a", "b"]),
    ];
    assert.ok(texts.every((text) => text.length > 0));
  }
});
