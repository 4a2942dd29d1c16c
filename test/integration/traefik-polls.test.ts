import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Presence } from "../../src/forward-auth/takes-connections.ts";
import { type Connection, MINUTE_MS, open, openLater, SETTLE_MS } from "./polls-fixture.ts";
import { delivered } from "../support/delivered.ts";

for (const [rule, fetches, firstMs] of [
  ["in its first 10 s the gateway waits for Traefiks that fetched before its restart", true, 10_000],
  ["as long as none has fetched it waits for a minute", false, 60_000],
] as const) {
  test(rule, async (t) => {
    const { clock, polls, accept, startMs } = open(t);
    await clock.advance(20); // a restored workload counts as forwarded to since its record exists
    const sinceMs = clock.now();
    await clock.advance(2_000);
    if (fetches) polls.note((await accept()).ours);
    assert.deepEqual(polls.progress(sinceMs, SETTLE_MS), { kind: "waits", on: [], untilMs: startMs + firstMs });
    await clock.advance(firstMs - 2_020);
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
  });
}

for (const [rule, end, answer, silentMs, expected] of [
  ["that keeps its connection is still there", () => undefined, "refused", 10 * MINUTE_MS, "waits"],
  ["that has closed its connection may open another one", ({ theirs }) => theirs.end(), "alive", 50_000, "waits"],
  [
    "that has closed its connection no longer counts after a minute",
    ({ theirs }) => theirs.end(),
    "alive",
    70_000,
    "done",
  ],
  ["that has reset its connection, likewise", ({ theirs }) => theirs.resetAndDestroy(), "alive", 70_000, "done"],
  ["that has closed it and refuses others no longer counts", ({ theirs }) => theirs.end(), "refused", 15_000, "done"],
] as readonly [string, (connection: Connection) => unknown, Presence, number, string][]) {
  test(`a silent Traefik ${rule}`, async (t) => {
    const { polls, accept, sleep } = await openLater(t, answer);
    const connection = await accept();
    polls.note(connection.ours);
    end(connection);
    await sleep(silentMs);
    assert.equal((await sleep(0)).kind, expected);
  });
}

test("a Traefik that fetches seldom still counts between two fetches", async (t) => {
  const { polls, accept, sleep } = await openLater(t, "refused");
  const connection = await accept();
  polls.note(connection.ours);
  await sleep(40_000);
  polls.note(connection.ours);
  assert.equal(polls.everyMs(), 40_000);
  connection.theirs.end();
  await sleep(40_000);
  assert.equal((await sleep(0)).kind, "waits");
  assert.equal((await sleep(45_000)).kind, "done");
});

for (const [rule, isFrozen] of [
  ["a frozen Traefik is found out although another one at its address fetches", true],
  ["a connection that its process uses no more puts nothing off", false],
] as const) {
  test(rule, async (t) => {
    const { clock, polls, accept, sleep } = await openLater(t, "refused");
    const [used, left] = [await accept(), await accept(isFrozen)];
    for (let fetches = 0; fetches < 3; fetches += 1) {
      polls.note(left.ours);
      await clock.advance(1_000);
    }
    if (isFrozen) left.theirs.write("an auth request before it froze");
    await delivered();
    const sinceMs = clock.now();
    for (let seconds = 0; seconds < 30; seconds += 1) {
      polls.note(used.ours);
      await sleep(1_000, sinceMs);
      if (!isFrozen && seconds > 4) assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
    }
    if (!isFrozen) return;
    const progress = polls.progress(sinceMs, SETTLE_MS);
    assert.deepEqual(progress.kind === "waits" && progress.on, [`127.0.0.1 (from port ${left.theirs.localPort})`]);
    left.theirs.end();
    for (let seconds = 0; seconds < 3; seconds += 1) {
      polls.note(used.ours);
      await sleep(1_000, sinceMs);
    }
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
  });
}

for (const [rule, atMs, isOther] of [
  ["a connection on which Traefik has fetched in place of its usual one puts nothing off", [6_000], false],
  ["the same after two turns", [6_000, 7_000], false],
  ["a second Traefik that has fetched once is waited for, also if both fetch at the same time", [7_000], true],
  ["a second Traefik that has fetched once is waited for, also if it does so in between", [7_500], true],
] as readonly (readonly [string, readonly number[], boolean])[]) {
  test(rule, async (t) => {
    const { clock, polls, accept } = await openLater(t, "refused");
    const [usual, other] = [await accept(), await accept()];
    let sinceMs = 0;
    for (let ms = 0; ms <= 12_000; ms += 500) {
      if (atMs.includes(ms)) polls.note(other.ours);
      if (ms % 1_000 === 0 && (isOther || !atMs.includes(ms))) polls.note(usual.ours);
      await delivered();
      if (ms === 8_000) sinceMs = clock.now();
      if (ms > 8_000) polls.progress(sinceMs, SETTLE_MS);
      await clock.advance(500);
    }
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, isOther ? "waits" : "done");
  });
}

for (const [rule, turns] of [
  ["two turns", 2],
  ["many turns", 6],
] as const) {
  test(`a connection that its process has not used for ${rule} puts off no recall that begins later`, async (t) => {
    const { clock, polls, accept } = await openLater(t, "refused");
    const [left, used] = [await accept(), await accept()];
    const fetchBy = async ({ ours }: Connection) => {
      polls.note(ours);
      await delivered();
      await clock.advance(5_000);
    };
    for (let fetches = 0; fetches < 4; fetches += 1) await fetchBy(left);
    for (let fetches = 0; fetches < turns; fetches += 1) await fetchBy(used);
    const sinceMs = clock.now();
    await clock.advance(1);
    polls.note(used.ours);
    polls.progress(sinceMs, SETTLE_MS);
    await delivered();
    await clock.advance(SETTLE_MS);
    assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
  });
}

test("a Traefik that fetches by a new connection each time is waited for once", async (t) => {
  const { clock, polls, accept, sleep } = await openLater(t, "refused");
  polls.note((await accept()).ours);
  await clock.advance(1_000);
  const sinceMs = clock.now();
  for (let seconds = 0; seconds < 12; seconds += 1) {
    await sleep(1_000, sinceMs);
    polls.note((await accept()).ours);
  }
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
});

test("a connection that ended before its poll was answered puts nothing off", async (t) => {
  const { clock, polls, accept, sleep } = await openLater(t, "refused");
  const [used, gone] = [await accept(), await accept()];
  gone.ours.destroy();
  await once(gone.ours, "close");
  polls.note(gone.ours);
  await clock.advance(1_000);
  const sinceMs = clock.now();
  for (let seconds = 0; seconds < 12; seconds += 1) {
    polls.note(used.ours);
    await sleep(1_000, sinceMs);
  }
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
});

test("a Traefik whose machine no longer answers may still be there for a minute", async (t) => {
  const { clock, polls, accept, sleep } = await openLater(t, "refused");
  const [used, lost] = [await accept(), await accept()];
  for (let fetches = 0; fetches < 2; fetches += 1) {
    polls.note(lost.ours);
    await clock.advance(1_000);
  }
  lost.ours.destroy(Object.assign(new Error("no answer to keep-alive probes"), { code: "ETIMEDOUT" }));
  await new Promise((resolve) => void lost.ours.once("close", resolve));
  const sinceMs = clock.now();
  for (let seconds = 0; seconds < 62; seconds += 1) {
    polls.note(used.ours);
    assert.equal((await sleep(0, sinceMs)).kind, seconds < 60 ? "waits" : "done", `after ${seconds} s`);
    await clock.advance(1_000);
  }
});

test("a connection by which auth requests arrive puts nothing off, but no poll", async (t) => {
  const { clock, polls, accept, sleep } = await openLater(t, "refused");
  const [used, other] = [await accept(), await accept(true)];
  for (let fetches = 0; fetches < 3; fetches += 1) {
    polls.note(other.ours);
    await clock.advance(1_000);
  }
  other.theirs.write("an auth request");
  await delivered();
  const sinceMs = clock.now();
  for (let seconds = 0; seconds < 8; seconds += 1) {
    polls.note(used.ours);
    await sleep(1_000, sinceMs);
    other.theirs.write("an auth request");
  }
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "done");
});

test("what fetches from a Traefik's address without being one does not fetch for it", async (t) => {
  const { clock, polls, accept } = await openLater(t, "refused");
  polls.note((await accept()).ours);
  await clock.advance(1_000);
  const sinceMs = clock.now();
  await clock.advance(1_000);
  polls.note((await accept()).ours, "curl/8.0");
  await clock.advance(SETTLE_MS);
  assert.equal(polls.progress(sinceMs, SETTLE_MS).kind, "waits");
});
