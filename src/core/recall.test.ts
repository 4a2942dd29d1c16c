import assert from "node:assert/strict";
import { test } from "node:test";
import { countFronts, counts, type FrontPeer, NO_FETCHES, noteFetch, recallProgress } from "./recall.ts";

const at = (sinceMs: number, nowMs: number) => ({ sinceMs, nowMs, settleMs: 3_000 });

function peer(
  name: string,
  fetchesMs: number[],
  isThere: FrontPeer["isThere"] = "unknown",
  everyMs = 1_000,
): FrontPeer {
  return { name, fetchesMs, isThere, everyMs };
}

for (const [rule, peers, sinceMs, nowMs, expected] of [
  ["without a front there is nothing to recall", [], 100, 200, "done"],
  ["a front that has not fetched since is waited for", [peer("a", [50, 100])], 100, 200, "waits on a"],
  ["one that has fetched needs its time to apply it", [peer("a", [100, 900, 1_900])], 100, 2_000, "waits until 3900"],
  ["counted from its first fetch", [peer("a", [100, 900, 1_900, 2_900, 3_900])], 100, 3_900, "done"],
  ["each front has fetched", [peer("a", [900]), peer("b", [50])], 100, 9_000, "waits on b"],
  ["the last one counts", [peer("a", [900]), peer("b", [5_000])], 100, 6_000, "waits until 8000"],
  ["one that is silent blocks at first", [peer("a", [900]), peer("b", [50])], 100, 10_000, "waits on b"],
  ["also after ten seconds, when nothing is known", [peer("a", [900]), peer("b", [50])], 100, 50_000, "waits on b"],
  ["but not for more than a minute", [peer("a", [60_000]), peer("b", [50])], 100, 63_000, "done"],
  ["nor once it is known to have ended", [peer("a", [9_000]), peer("b", [50], "no")], 100, 12_100, "done"],
  ["one that fetches seldom is not gone in between", [peer("a", [50], "no", 30_000)], 100, 60_000, "waits on a"],
  ["but when it has missed its turn", [peer("a", [50], "no", 30_000)], 100, 60_100, "done"],
  ["one that is still there blocks forever", [peer("a", [3e6]), peer("b", [50], "yes")], 100, 4e6, "waits on b"],
] as const) {
  test(rule, () => {
    const progress = recallProgress(peers, at(sinceMs, nowMs));
    const text =
      progress.kind === "done" ? "done" : progress.untilMs ? `until ${progress.untilMs}` : `on ${progress.on.join()}`;
    assert.equal(progress.kind === "done" ? text : `waits ${text}`, expected);
  });
}

test("a front that has just fetched counts, whatever was known of it", () => {
  assert.equal(counts(peer("a", [1_000], "no"), 5_000), true);
});

const turns = (count: number, everyMs: number, fromMs = 0) =>
  Array.from({ length: count }, (_, turn) => fromMs + turn * everyMs);

for (const [rule, fetchesMs, everyMs, expected] of [
  ["one front fetches", turns(8, 1_000), 1_000, 1],
  ["one that repeats its first fetch twice, as after an outage", [0, 3, 40, ...turns(7, 1_000, 600)], 1_000, 1],
  ["two fetch in turn", [...turns(8, 1_000), ...turns(8, 1_000, 300)], 1_000, 2],
  ["a second one has just come", [...turns(30, 1_000), ...turns(8, 1_000, 22_300)], 1_000, 2],
  ["three at the same moments", [...turns(8, 2_000), ...turns(8, 2_000), ...turns(8, 2_000)], 2_000, 3],
  ["too few fetches are known", turns(3, 1_000), 1_000, undefined],
] as const) {
  test(`how often they fetch shows how many do at one address: ${rule}`, () => {
    assert.equal(
      countFronts(
        [...fetchesMs].toSorted((a, b) => a - b),
        everyMs,
      ),
      expected,
    );
  });
}

for (const [rule, fetchesMs] of [
  ["is late once", [0, 10_000, 20_000, 55_000, 65_000, 75_000]],
  ["fetches twice at once after an outage", [0, 30_000, 30_002, 40_000, 50_000]],
] as const) {
  test(`a front that ${rule} is known to fetch as often as ever`, () => {
    assert.equal(Math.round(fetchesMs.reduce(noteFetch, NO_FETCHES).everyMs / 1_000), 10);
  });
}
