import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainEvent } from "./events.ts";
import { type Notification, NOTIFICATION_FIELDS, toNotification } from "./notification.ts";

const AT_MS = Date.UTC(2026, 5, 1, 12);
const starting = { status: "starting", sinceMs: 0, run: 1, phase: "waiting" } as const;
const failure = {
  reason: "exited",
  cause: { code: "refused", message: "app ended with exit code 3" },
  exitCode: 3,
  atMs: 0,
} as const;
const exit = { code: 3, oomKilled: false, message: "", atMs: 0 } as const;

const reported: readonly [rule: string, event: DomainEvent, expected: Partial<Notification>][] = [
  [
    "a wake says its cause",
    { type: "wake", workload: "app", cause: "schedule" },
    { event: "wake", title: "app is waking", message: "Its schedule is due.", reason: "schedule", duration_ms: null },
  ],
  [
    "a ready app says how long its wake took",
    { type: "ready", workload: "app", durationMs: 1_234.5, cause: "request" },
    {
      event: "ready",
      title: "app is ready",
      message: "It answers after 1.23 s.",
      reason: "request",
      duration_ms: 1235,
    },
  ],
  [
    "a stop says why, and how long it was awake",
    { type: "stopped", workload: "app", reason: "idle", durationMs: 240, awakeMs: 3_700_000 },
    {
      event: "stop",
      message: "It was idle. It was awake for 1 h 1 min.",
      duration_ms: 240,
      awake_ms: 3_700_000,
    },
  ],
  [
    "a failed wake says what failed, and when it is tried again",
    { type: "wake-failed", workload: "app", failure, durationMs: 900, retryMs: 3_000 },
    {
      event: "failed",
      title: "app could not be woken",
      message: "app ended with exit code 3; not retried for 3.00 s.",
      reason: "exited",
      exit_code: 3,
      retry_ms: 3_000,
    },
  ],
  [
    "a failed stop is a failure",
    { type: "stop-failed", workload: "app", message: "permission denied" },
    { event: "failed", title: "app could not be stopped", message: "permission denied", reason: "stop" },
  ],
  [
    "a crash is a failure",
    { type: "ended", workload: "app", exit: { ...exit, message: "bad config" }, absent: false },
    { event: "failed", title: "app crashed", message: "It ended by itself with exit code 3. bad config", exit_code: 3 },
  ],
  [
    "running out of memory is a crash, whatever the exit code",
    { type: "ended", workload: "app", exit: { ...exit, code: 137, oomKilled: true }, absent: false },
    { event: "failed", message: "It ran out of memory.", reason: "oom", exit_code: 137 },
  ],
];
for (const [rule, event, expected] of reported) {
  test(rule, () => {
    const notification = toNotification(event, AT_MS);
    assert.ok(notification !== undefined);
    assert.deepEqual({ ...notification, ...expected }, notification);
    assert.equal(notification.container, "app");
    assert.equal(notification.at, "2026-06-01T12:00:00.000Z");
    assert.deepEqual(Object.keys(notification).sort(), Object.keys(NOTIFICATION_FIELDS).sort());
  });
}

const unreported: readonly [rule: string, event: DomainEvent][] = [
  ["what somebody else started", { type: "ready", workload: "app", durationMs: undefined, cause: undefined }],
  ["an end without a fault", { type: "ended", workload: "app", exit: { ...exit, code: 0 }, absent: false }],
  [
    "what somebody stopped by a signal",
    { type: "ended", workload: "app", exit: { ...exit, code: 143 }, absent: false },
  ],
  ["what somebody removed", { type: "ended", workload: "app", exit: undefined, absent: true }],
  ["a change of state", { type: "state", workload: "app", from: starting, to: starting, cause: { code: "waiting" } }],
  ["a fault of ours", { type: "fault", message: "broken", detail: "why" }],
];
for (const [rule, event] of unreported) {
  test(`nothing is reported of ${rule}`, () => assert.equal(toNotification(event, AT_MS), undefined));
}

test("what an app says of its end stays one plain line", () => {
  const message = '\u001b[31mred\u001b[0m\r\n{"level":"error"}\u202e\u0000';
  const notification = toNotification({ type: "ended", workload: "app", exit: { ...exit, message }, absent: false }, 0);
  assert.doesNotMatch(notification?.message ?? "", /\p{Cc}|\p{Bidi_Control}/u);
});
