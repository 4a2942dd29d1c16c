import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainEvent } from "../core/events.ts";
import { logEvents } from "./log-events.ts";
import { createLogger } from "./logger.ts";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Returns the log lines of events, parsed from the written JSON. */
function linesOf(...events: DomainEvent[]): Line[] {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const listen = logEvents(createLogger({ level: "debug", pretty: false, destination }));
  for (const event of events) listen(event);
  return written.map((line) => JSON.parse(line) as Line);
}

const failure = {
  reason: "exited",
  cause: { code: "refused", message: "it ended with exit code 3" },
  exitCode: 3,
  atMs: 0,
} as const;
const starting = { status: "starting", sinceMs: 0, run: 1, phase: "waiting" } as const;
const exit = { code: 137, oomKilled: false, message: "", atMs: 0 } as const;

const cases: [rule: string, event: DomainEvent, line: Partial<Line>][] = [
  [
    "a wake tells its cause",
    { type: "wake", workload: "app", cause: "request" },
    { level: "info", event: "wake", container: "app", cause: "request", msg: 'waking "app" (request)' },
  ],
  [
    "a ready app tells how long its wake took",
    { type: "ready", workload: "app", durationMs: 1_234.5, cause: "request" },
    { level: "info", duration_ms: 1_235, cause: "request", msg: '"app" is ready after 1.23 s' },
  ],
  [
    "an app that somebody else started has no duration",
    { type: "ready", workload: "app", durationMs: undefined, cause: undefined },
    { level: "info", duration_ms: undefined, msg: '"app" answers; it was started by somebody else' },
  ],
  [
    "an app that we started and that answers without a wake is not said to be somebody else's",
    { type: "ready", workload: "app", durationMs: undefined, cause: undefined, ours: true },
    { level: "info", duration_ms: undefined, msg: '"app" answers' },
  ],
  [
    "a stop tells its reason, its duration and how long it was awake",
    { type: "stopped", workload: "app", reason: "idle", durationMs: 240, awakeMs: 3_700_000 },
    {
      level: "info",
      reason: "idle",
      duration_ms: 240,
      awake_ms: 3_700_000,
      msg: '"app" sleeps (idle); the stop took 0.24 s, it was awake for 1 h 1 min',
    },
  ],
  [
    "a failed wake asks somebody to act and says when it is tried again",
    { type: "wake-failed", workload: "app", failure, durationMs: 900, retryMs: 3_000 },
    { level: "error", reason: "exited", exit_code: 3, duration_ms: 900, retry_ms: 3_000 },
  ],
  [
    "a wake that failed since something else did is only warned of",
    { type: "wake-failed", workload: "app", failure: { ...failure, reason: "dependency" }, durationMs: 1, retryMs: 1 },
    { level: "warn", reason: "dependency" },
  ],
  [
    "a stop that failed asks somebody to act",
    { type: "stop-failed", workload: "app", message: "permission denied" },
    { level: "error", error: "permission denied" },
  ],
  [
    "a crash is warned of with its exit code",
    { type: "ended", workload: "app", exit, absent: false },
    { level: "warn", exit_code: 137, msg: '"app" ended with exit code 137; the next request wakes it' },
  ],
  [
    "an app that ran out of memory says so",
    { type: "ended", workload: "app", exit: { ...exit, oomKilled: true }, absent: false },
    { level: "warn", oom: true, msg: '"app" ran out of memory; the next request wakes it' },
  ],
  [
    "an end by a person's doing is no crash",
    { type: "ended", workload: "app", exit: { ...exit, code: 0 }, absent: false },
    { level: "info" },
  ],
  [
    "a removed container is no crash",
    { type: "ended", workload: "app", exit: undefined, absent: true },
    { level: "info", msg: '"app" was removed' },
  ],
  [
    "a veto tells what showed the use",
    { type: "vetoed", workload: "app", reason: "traffic" },
    { level: "info", reason: "traffic" },
  ],
  ["a throttle tells what is left", { type: "throttled", workload: "app", cpus: 0.1 }, { level: "info", cpus: 0.1 }],
  [
    "a lost engine asks somebody to act",
    { type: "engine", engine: "docker", up: false },
    { level: "error", engine: "docker" },
  ],
  [
    "and says what is wrong with it, where that is known",
    { type: "engine", engine: "docker", up: false, reason: "No permission to use the socket" },
    { msg: "docker cannot be reached (No permission to use the socket); awake apps stay reachable" },
  ],
  ["an engine that is back is logged", { type: "engine", engine: "docker", up: true }, { level: "info" }],
  [
    "a change of state is for debugging",
    { type: "state", workload: "app", from: starting, to: starting, cause: { code: "waiting" } },
    { level: "debug", from: "starting", to: "starting", why: "waiting" },
  ],
  [
    "a hold is for debugging",
    { type: "hold", host: "app", outcome: "gone", waitedMs: 12 },
    { level: "debug", outcome: "gone" },
  ],
  [
    "wrong credentials are logged with address and path",
    { type: "login-failed", address: "10.0.0.9", path: "/_status" },
    { level: "warn", address: "10.0.0.9", path: "/_status" },
  ],
  [
    "a fault asks somebody to act",
    { type: "fault", message: "broken", detail: "why" },
    { level: "error", error: "why", msg: "broken: why" },
  ],
];
for (const [rule, event, line] of cases) {
  test(rule, () => {
    const [written, more] = linesOf(event);
    assert.equal(more, undefined, "one line for each event");
    const picked = Object.fromEntries(Object.keys(line).map((key) => [key, written?.[key]]));
    assert.deepEqual(picked, line);
  });
}

test("an unchanged configuration is not reported again", () => {
  const lines = linesOf(
    { type: "settings", hosts: 1, workloads: 2, names: [] },
    { type: "settings", hosts: 1, workloads: 2, names: [] },
    { type: "settings", hosts: 4, workloads: 1, names: [] },
  );
  const written = lines.map(({ level, msg }) => `${String(level)} ${String(msg)}`);
  assert.deepEqual(written, [
    "info configured: 1 host, 2 containers",
    "debug configured: 1 host, 2 containers",
    "info configured: 4 hosts, 1 container",
  ]);
});

const hostile = '\u001b[31mred\u001b[0m\r\n{"level":"error"}\u202e\u0000\u009b2J';
for (const event of [
  {
    type: "wake-failed",
    workload: "app",
    failure: { ...failure, cause: { code: "refused", message: hostile } },
    durationMs: 1,
    retryMs: 1,
  },
  { type: "stop-failed", workload: "app", message: hostile },
  { type: "ended", workload: "app", exit: { ...exit, message: hostile }, absent: false },
  { type: "fault", message: hostile, detail: hostile },
  { type: "login-failed", address: hostile, path: hostile },
  {
    type: "state",
    workload: "app",
    from: starting,
    to: starting,
    cause: { code: "failed", cause: { code: "refused", message: hostile } },
  },
] as const satisfies DomainEvent[]) {
  test(`what a stranger wrote stays one plain line (${event.type})`, () => {
    const lines = linesOf(event);
    assert.equal(lines.length, 1);
    for (const value of Object.values(lines[0]!)) {
      if (typeof value === "string") assert.doesNotMatch(value, /\p{Cc}|\p{Bidi_Control}/u);
    }
  });
}

test("a message of a mebibyte is cut", () => {
  const [line] = linesOf({ type: "fault", message: "long", detail: "x".repeat(1 << 20) });
  assert.ok(JSON.stringify(line).length < 3_000);
});

test("a secret that is passed by mistake is not written", () => {
  const written: string[] = [];
  const logger = createLogger({
    level: "info",
    pretty: false,
    destination: { write: (line) => void written.push(line) },
  });
  logger.info(
    { password: "s3cret", auth: { token: "s3cret", username: "admin" }, headers: { authorization: "s3cret" } },
    "x",
  );
  assert.ok(!written.join("").includes("s3cret"));
  assert.ok(written.join("").includes("admin"));
});

test("for people a line begins with time and level, without JSON around it", () => {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  logEvents(createLogger({ level: "info", pretty: true, colors: false, destination }))({
    type: "wake",
    workload: "app",
    cause: "admin",
  });
  assert.match(written.join(""), /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: waking "app" \(admin\)\n$/);
});
