import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DeadlineView, nextDeadline } from "./next-deadline.ts";
import type { WorkloadState } from "./workload-state.ts";

const endpoint = { host: "10.0.0.2", port: 80, published: false };
const failure = {
  reason: "timeout",
  cause: { code: "refused", message: "it has not answered" },
  exitCode: undefined,
  atMs: 0,
} as const;

const STATES = {
  unseen: { status: "unseen", sinceMs: 0 },
  absent: { status: "absent", sinceMs: 0 },
  asleep: { status: "asleep", sinceMs: 0, exit: undefined },
  paused: { status: "paused", sinceMs: 0 },
  starting: { status: "starting", sinceMs: 0, run: 1, phase: "waiting" },
  unready: { status: "unready", sinceMs: 0, run: 1 },
  ready: { status: "ready", sinceMs: 0, targets: [endpoint] },
  draining: { status: "draining", sinceMs: 0, run: 1, reason: "idle", targets: [endpoint], wakeNext: false },
  stopping: { status: "stopping", sinceMs: 0, run: 1, reason: "idle", wakeNext: false },
  failed: { status: "failed", sinceMs: 0, run: 1, failure, retryAtMs: 5_000 },
  "failed, but running": { status: "failed", sinceMs: 0, run: 1, failure, retryAtMs: 5_000, runs: true },
} as const satisfies Record<string, WorkloadState>;

/** Ready, last used at 1,000, awake since 500, with nothing configured. */
const VIEW: DeadlineView = {
  state: STATES.ready,
  leases: 0,
  dependents: 0,
  lastActivityMs: 1_000,
  awakeSinceMs: 500,
  idleTimeoutMs: undefined,
  dependencyOnly: false,
  wokenByUs: true,
  minUptimeMs: 0,
  keepUntilMs: 0,
  pauseAfterMs: 0,
  throttleAfterMs: 0,
  throttled: false,
  schedule: undefined,
};

const idle = { idleTimeoutMs: 100 };
const need = { dependencyOnly: true };
const stop = { kind: "stop", atMs: 1_050 } as const;

const cases: readonly [rule: string, view: Partial<DeadlineView>, kind: string | undefined, atMs?: number][] = [
  ["without an idle_timeout nothing is due", {}, undefined],
  ["an idle_timeout of 0 means never", { idleTimeoutMs: 0 }, undefined],
  ["idle comes at the last activity plus idle_timeout, exactly", idle, "idle", 1_100],
  ["a moment that has passed is due all the same", { ...idle, lastActivityMs: -9_000 }, "idle", 500],
  ["something open keeps it awake", { ...idle, leases: 1 }, undefined],
  ["somebody awake who needs it keeps it awake", { ...idle, dependents: 1 }, undefined],
  ["min_uptime puts idleness off", { ...idle, minUptimeMs: 2_000 }, "idle", 2_500],
  ["a min_uptime that is over does not", { ...idle, minUptimeMs: 10 }, "idle", 1_100],
  ["a pin or a veto puts idleness off", { ...idle, keepUntilMs: 9_000 }, "idle", 9_000],
  ["what runs but does not answer is stopped when idle too", { ...idle, state: STATES.unready }, "idle", 1_100],
  [
    "a failed one that runs is stopped once its cool-down is over",
    { ...idle, state: STATES["failed, but running"] },
    "idle",
    5_000,
  ],
  [
    "a failed one that runs is stopped at its idle time when that comes later",
    { idleTimeoutMs: 9_000, state: STATES["failed, but running"] },
    "idle",
    10_000,
  ],
  ["a failed one that has ended is left alone", { ...idle, state: STATES.failed }, undefined],
  ["what starts is left alone", { ...idle, state: STATES.starting }, undefined],
  ["what stops is left alone", { ...idle, state: STATES.stopping }, undefined],
  ["what drains is left alone", { ...idle, state: STATES.draining }, undefined],
  ["what sleeps is left alone", { ...idle, state: STATES.asleep }, undefined],
  ["a dependency without a host sleeps as soon as nobody needs it", need, "unneeded", 1_000],
  ["a dependency without a host that somebody needs stays", { ...need, dependents: 1 }, undefined],
  ["a dependency without a host that somebody else started stays", { ...need, wokenByUs: false }, undefined],
  [
    "a dependency without a host with an idle_timeout has its own time",
    { ...need, ...idle, wokenByUs: false },
    "idle",
    1_100,
  ],
  ["a dependency without a host with idle_timeout 0 stays forever", { ...need, idleTimeoutMs: 0 }, undefined],
  ["a dependency without a host is kept for its min_uptime", { ...need, minUptimeMs: 800 }, "unneeded", 1_300],
  [
    "a failed dependency that runs sleeps when unneeded",
    { ...need, state: STATES["failed, but running"] },
    "unneeded",
    5_000,
  ],
  ["the pause comes before the stop", { idleTimeoutMs: 200, pauseAfterMs: 100 }, "pause", 1_100],
  ["without a stop the pause comes alone", { pauseAfterMs: 100 }, "pause", 1_100],
  [
    "a paused one stops at its idle_timeout",
    { state: STATES.paused, idleTimeoutMs: 200, pauseAfterMs: 100 },
    "idle",
    1_200,
  ],
  ["one that a person paused is left alone", { state: STATES.paused, ...idle }, undefined],
  ["a paused one without an idle_timeout stays paused", { state: STATES.paused, pauseAfterMs: 100 }, undefined],
  ["the throttle comes first", { idleTimeoutMs: 300, pauseAfterMs: 200, throttleAfterMs: 100 }, "throttle", 1_100],
  [
    "a throttled one is not throttled again",
    { idleTimeoutMs: 300, throttleAfterMs: 100, throttled: true },
    "idle",
    1_300,
  ],
  ["a schedule's stop comes when it comes, whatever is open", { schedule: stop, leases: 3 }, "schedule-stop", 1_050],
  [
    "a schedule's start comes to a sleeping one",
    { schedule: { kind: "start", atMs: 7 }, state: STATES.asleep },
    "schedule-start",
    7,
  ],
  ["idleness comes before a later schedule", { ...idle, schedule: { kind: "stop", atMs: 1_101 } }, "idle", 1_100],
  ["a schedule comes before later idleness", { ...idle, schedule: stop }, "schedule-stop", 1_050],
];
for (const [rule, view, kind, atMs] of cases) {
  test(rule, () => {
    const expected = kind === undefined ? undefined : { kind, atMs };
    assert.deepEqual(nextDeadline({ ...VIEW, ...view }), expected);
  });
}

const ms = fc.integer({ min: 0, max: 10_000 });
const maybeMs = fc.option(ms, { nil: undefined });
const anyView: fc.Arbitrary<DeadlineView> = fc.record({
  state: fc.constantFrom(...Object.values(STATES)),
  leases: fc.nat(2),
  dependents: fc.nat(2),
  lastActivityMs: ms,
  awakeSinceMs: ms,
  idleTimeoutMs: maybeMs,
  dependencyOnly: fc.boolean(),
  wokenByUs: fc.boolean(),
  minUptimeMs: ms,
  keepUntilMs: ms,
  pauseAfterMs: ms,
  throttleAfterMs: ms,
  throttled: fc.boolean(),
  schedule: fc.option(fc.record({ kind: fc.constantFrom("start", "stop"), atMs: ms }), { nil: undefined }),
});

test("nothing but a schedule ever stops what is in use, needed, pinned or too young", () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const deadline = nextDeadline(view);
      if (deadline === undefined || deadline.kind.startsWith("schedule")) return;
      assert.equal(view.leases + view.dependents, 0);
      assert.ok(deadline.atMs >= view.keepUntilMs);
      assert.ok(deadline.atMs >= view.awakeSinceMs + view.minUptimeMs);
      assert.ok(deadline.atMs >= view.lastActivityMs);
    }),
  );
});

test("what runs, is unused and has an idle_timeout is always due some time", () => {
  const resting = fc.constantFrom(STATES.ready, STATES.unready, STATES["failed, but running"]);
  fc.assert(
    fc.property(anyView, resting, ms, (view, state, idleTimeoutMs) => {
      const quiet = { ...view, state, leases: 0, dependents: 0, idleTimeoutMs: idleTimeoutMs + 1 };
      assert.notEqual(nextDeadline(quiet), undefined);
    }),
  );
});
