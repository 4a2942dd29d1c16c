import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../test/integration/manual-clock.ts";
import { createLeakyBuckets } from "./leaky-buckets.ts";

test("as many as fit pass at once, then one each time that one has run out", async () => {
  const clock = createManualClock();
  const buckets = createLeakyBuckets({ clock, capacity: 3, leakMs: 1_000 });
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => buckets.add("a").count),
    [1, 2, 3, 4, 4],
  );
  assert.equal(buckets.look("a").waitMs, 1_000);
  await clock.advance(999);
  assert.equal(buckets.add("a").count, 4);
  await clock.advance(1);
  assert.equal(buckets.add("a").count, 3);
  assert.equal(buckets.add("a").count, 4);
});

test("what is refused does not count: a client that hammers gets in as soon as any other", async () => {
  const clock = createManualClock();
  const buckets = createLeakyBuckets({ clock, capacity: 1, leakMs: 1_000 });
  buckets.add("a");
  for (let at = 0; at < 9; at += 1) {
    await clock.advance(100);
    assert.equal(buckets.add("a").count, 2);
  }
  await clock.advance(100);
  assert.equal(buckets.add("a").count, 1);
});

test("keys do not share a bucket", () => {
  const buckets = createLeakyBuckets({ clock: createManualClock(), capacity: 1, leakMs: 1_000 });
  assert.equal(buckets.add("a").count, 1);
  assert.equal(buckets.add("b").count, 1);
});

test("a million keys take no more memory than the bound, and the oldest are forgotten first", () => {
  const buckets = createLeakyBuckets({ clock: createManualClock(), capacity: 1, leakMs: 1_000, maxKeys: 1_000 });
  for (let key = 0; key < 1_000_000; key += 1) buckets.add(String(key));
  assert.equal(buckets.size(), 1_000);
  assert.equal(buckets.add("999999").count, 2);
  assert.equal(buckets.add("0").count, 1);
});

test("over any time no more pass than fit plus what ran out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 40 }), async (pauses) => {
      const clock = createManualClock();
      const startMs = clock.now();
      const buckets = createLeakyBuckets({ clock, capacity: 4, leakMs: 1_000 });
      let passed = 0;
      for (const pause of pauses) {
        await clock.advance(pause);
        if (buckets.add("a").count <= 4) passed += 1;
      }
      assert.ok(passed <= 4 + (clock.now() - startMs) / 1_000);
    }),
    { numRuns: 50 },
  );
});
