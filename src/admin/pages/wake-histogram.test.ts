import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HISTOGRAM, wakeHistogram } from "./wake-histogram.ts";
import { createLabels } from "./labels.ts";

const labels = createLabels("en", "UTC", 0);

test("without a wake there is nothing to draw", () => {
  assert.equal(wakeHistogram(labels, [], 0), undefined);
});

test("each wake is in one bar, and every bar in the picture", () => {
  const wakes = fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(wakes, (wakesMs) => {
      const histogram = wakeHistogram(labels, wakesMs, wakesMs[0] ?? 0);
      assert.ok(histogram);
      const { bars, ticks } = histogram;
      assert.equal(
        bars.reduce((sum, { count }) => sum + count, 0),
        wakesMs.length,
      );
      assert.ok(bars.length <= 12, `${bars.length} bars`);
      for (const { x, y, width, height } of bars) {
        assert.ok(x >= 0 && x + width <= HISTOGRAM.width + 0.01, `${x} ${width}`);
        assert.ok(y >= 0 && height > 0 && width > 0);
      }
      assert.ok(ticks.length >= 2);
    }),
  );
});

test("bars begin at round figures, and say what they mean", () => {
  const histogram = wakeHistogram(labels, [1_800, 2_100, 2_200, 3_900], 2_150);
  assert.deepEqual(
    histogram?.bars.map(({ title, count }) => `${title.replaceAll("\u00a0", " ")} (${count})`),
    ["1.5 s – 2 s: 1 (1)", "2 s – 2.5 s: 2 (2)", "3.5 s – 4 s: 1 (1)"],
  );
  assert.equal(histogram?.summary.replaceAll("\u00a0", " "), "The last 4 wakes: from 1.8 s to 3.9 s, usually 2.2 s.");
});

test("wakes of one length are one bar", () => {
  assert.equal(wakeHistogram(labels, [5_000, 5_000], 5_000)?.bars.length, 1);
  assert.equal(wakeHistogram(labels, [0], 0)?.bars.length, 1);
});
