import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, type FrontPeer, recallProgress } from "./recall.ts";

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
