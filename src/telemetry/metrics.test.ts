import assert from "node:assert/strict";
import { test } from "node:test";
import type { DomainEvent } from "../core/events.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { MeteredWorkload } from "./metrics-sources.ts";

interface Fixture {
  readonly metrics: Metrics;
  readonly records: Map<string, MeteredWorkload>;
  readonly clock: { now: number };
  /** Returns the value of a line; `undefined` if it is missing. */
  value(line: string): Promise<number | undefined>;
}

function fixture(...names: string[]): Fixture {
  const clock = { now: 1_000_000 };
  const records = new Map(names.map((name) => [name, workload(name, "asleep")]));
  const metrics = createMetrics({
    now: () => clock.now,
    records: () => records,
    routes: () => new Map([...records.keys()].map((name) => [name, { queue: { pending: 3 } }])),
  });
  return {
    metrics,
    records,
    clock,
    async value(line) {
      const found = (await text(metrics)).split("\n").find((each) => each.startsWith(`${line} `));
      return found === undefined ? undefined : Number(found.slice(line.length + 1));
    },
  };
}

async function text(metrics: Metrics): Promise<string> {
  return (await metrics.scrape()).body.toString();
}

function workload(name: string, status: string): MeteredWorkload {
  return {
    name,
    state: { status },
    engine: { id: "process" },
    leasesByKind: { request: 2, tunnel: 1 },
    asleepMs: 5_000,
    asleepSinceMs: 990_000,
  };
}

const failure = { reason: "exited", cause: { code: "refused", message: "" }, exitCode: 1, atMs: 0 } as const;
const asleep = { status: "asleep", sinceMs: 0, exit: undefined } as const;
const starting = { status: "starting", sinceMs: 0, run: 1, phase: "waiting" } as const;

const lines: [rule: string, events: DomainEvent[], line: string, value: number | undefined][] = [
  [
    "a wake that ended well is a start",
    [{ type: "ready", workload: "app", durationMs: 1_200, cause: "request" }],
    'gateway_starts_total{container="app",result="success"}',
    1,
  ],
  [
    "its duration goes into the buckets of the reference",
    [{ type: "ready", workload: "app", durationMs: 1_200, cause: "request" }],
    'gateway_start_duration_seconds_bucket{container="app",le="2.5"}',
    1,
  ],
  [
    "and in none that is too small",
    [{ type: "ready", workload: "app", durationMs: 1_200, cause: "request" }],
    'gateway_start_duration_seconds_bucket{container="app",le="1"}',
    0,
  ],
  [
    "a start by somebody else is none of ours",
    [{ type: "ready", workload: "app", durationMs: undefined, cause: undefined }],
    'gateway_starts_total{container="app",result="success"}',
    0,
  ],
  [
    "a one-shot that ended well is a good start",
    [{ type: "state", workload: "app", from: starting, to: asleep, cause: { code: "completed" } }],
    'gateway_starts_total{container="app",result="success"}',
    1,
  ],
  [
    "a failed wake is a bad start",
    [{ type: "wake-failed", workload: "app", failure, durationMs: 10, retryMs: 3_000 }],
    'gateway_starts_total{container="app",result="error"}',
    1,
  ],
  [
    "and is counted by its reason",
    [{ type: "wake-failed", workload: "app", failure, durationMs: 10, retryMs: 3_000 }],
    'gateway_start_failures_total{container="app",reason="exited"}',
    1,
  ],
  ...(["idle", "pause", "unneeded", "admin", "schedule"] as const).map(
    (reason): [string, DomainEvent[], string, number] => [
      `a stop for the reason "${reason}" ${reason === "admin" || reason === "schedule" ? "is none" : "is one"} for lack of use`,
      [{ type: "stopped", workload: "app", reason, durationMs: 1, awakeMs: 2 }],
      'gateway_idle_stops_total{container="app"}',
      reason === "admin" || reason === "schedule" ? 0 : 1,
    ],
  ),
  [
    "a veto is counted by what showed the use",
    [{ type: "vetoed", workload: "app", reason: "traffic" }],
    'gateway_stop_vetoes_total{container="app",reason="traffic"}',
    1,
  ],
  ["time asleep goes on while it is asleep", [], 'gateway_asleep_seconds_total{container="app"}', 15],
  ["the state that it is in is 1", [], 'gateway_container_state{container="app",state="asleep"}', 1],
  ["any other state is 0", [], 'gateway_container_state{container="app",state="ready"}', 0],
  ["open leases are counted by kind", [], 'gateway_open_leases{container="app",kind="tunnel"}', 1],
  ["held requests are counted by route", [], 'gateway_pending_requests{container="app"}', 3],
  [
    "a counter is there from the start, so that its first step is seen",
    [],
    'gateway_idle_stops_total{container="app"}',
    0,
  ],
];
for (const [rule, events, line, value] of lines) {
  test(rule, async () => {
    const { metrics, value: valueOf } = fixture("app");
    for (const event of events) metrics.note(event);
    assert.equal(await valueOf(line), value);
  });
}

test("requests are counted by status, and their durations in the buckets of the reference", async () => {
  const { metrics, value } = fixture("app");
  metrics.request("app", 200, 3);
  metrics.request("app", 200, 30);
  metrics.request("app", 499, 20_000);
  assert.equal(await value('gateway_requests_total{container="app",status_code="200"}'), 2);
  assert.equal(await value('gateway_requests_total{container="app",status_code="499"}'), 1);
  assert.equal(await value('gateway_request_duration_seconds_bucket{container="app",le="0.005"}'), 1);
  assert.equal(await value('gateway_request_duration_seconds_bucket{container="app",le="0.05"}'), 2);
  assert.equal(await value('gateway_request_duration_seconds_bucket{container="app",le="10"}'), 2);
  assert.equal(await value('gateway_request_duration_seconds_bucket{container="app",le="+Inf"}'), 3);
  assert.equal(await value('gateway_request_duration_seconds_sum{container="app"}'), 20.033);
  assert.equal(await value('gateway_request_duration_seconds_count{container="app"}'), 3);
});

test("a stranger's name never becomes a label, and costs no memory", async () => {
  const { metrics } = fixture("app");
  for (let count = 0; count < 1_000; count += 1) metrics.request(`evil-${count}"} 1\n`, 200, 1);
  const { body } = await metrics.scrape();
  assert.ok(!body.includes("evil"));
});

test("a removed workload disappears from scrapes, and starts over when it returns", async () => {
  const { metrics, records, value } = fixture("app", "other");
  metrics.request("app", 200, 1);
  records.delete("app");
  assert.ok(!(await metrics.scrape()).body.includes('"app"'));
  records.set("app", workload("app", "ready"));
  assert.equal(await value('gateway_requests_total{container="app",status_code="200"}'), undefined);
  assert.equal(await value('gateway_starts_total{container="other",result="error"}'), 0);
});

test("auth requests and engine calls are counted by result", async () => {
  const { metrics, value } = fixture();
  metrics.authRequest("traefik", 200);
  metrics.authRequest("traefik", 200);
  metrics.authRequest("caddy", "page");
  metrics.engineRequest("start", "unreachable");
  assert.equal(await value('gateway_auth_requests_total{front="traefik",answer="200"}'), 2);
  assert.equal(await value('gateway_auth_requests_total{front="caddy",answer="page"}'), 1);
  assert.equal(await value('gateway_engine_requests_total{operation="start",result="unreachable"}'), 1);
});

test("an engine is up until it is lost, and again when it is back; an unused one is not listed", async () => {
  const { metrics, value } = fixture("app");
  assert.equal(await value('gateway_engine_up{engine="process"}'), 1);
  metrics.note({ type: "engine", engine: "process", up: false });
  metrics.note({ type: "engine", engine: "docker", up: false });
  assert.equal(await value('gateway_engine_up{engine="process"}'), 0);
  assert.equal(await value('gateway_engine_up{engine="docker"}'), undefined);
  metrics.note({ type: "engine", engine: "process", up: true });
  assert.equal(await value('gateway_engine_up{engine="process"}'), 1);
});

test("of several Docker hosts each is up by itself", async () => {
  const { metrics, value, records } = fixture("notes", "nas:notes");
  records.set("nas:notes", { ...workload("nas:notes", "asleep"), engine: { id: "nas" } });
  metrics.note({ type: "engine", engine: "nas", up: false });
  assert.equal(await value('gateway_engine_up{engine="nas"}'), 0);
  assert.equal(await value('gateway_engine_up{engine="process"}'), 1);
});

test("Docker is in use as long as nothing is configured at all", async () => {
  const { metrics, value } = fixture();
  metrics.note({ type: "engine", engine: "docker", up: false });
  assert.equal(await value('gateway_engine_up{engine="docker"}'), 0);
});

test("a status that HTTP does not have is not counted, and breaks nothing", async () => {
  const { metrics, value } = fixture("app");
  for (const status of [0, 99, 600, -1, 200.5, Number.NaN]) metrics.request("app", status, 1);
  assert.equal(await value('gateway_request_duration_seconds_count{container="app"}'), 6);
  assert.ok(!(await text(metrics)).includes("status_code="));
});

test("the metrics of the process are there, and the type is Prometheus's", async () => {
  const { metrics } = fixture();
  const body = await text(metrics);
  const { contentType } = await metrics.scrape();
  assert.match(body, /^process_cpu_user_seconds_total \d/m);
  assert.match(body, /^process_resident_memory_bytes \d/m);
  assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
});

test("every family has the type line that it is known by, and says what it is", async () => {
  const body = await text(fixture("app").metrics);
  const types = [...body.matchAll(/^# TYPE (gateway_\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  assert.deepEqual(types.sort(), [
    "gateway_asleep_seconds_total counter",
    "gateway_auth_requests_total counter",
    "gateway_container_state gauge",
    "gateway_engine_requests_total counter",
    "gateway_engine_up gauge",
    "gateway_idle_stops_total counter",
    "gateway_open_leases gauge",
    "gateway_pending_requests gauge",
    "gateway_request_duration_seconds histogram",
    "gateway_requests_total counter",
    "gateway_start_duration_seconds histogram",
    "gateway_start_failures_total counter",
    "gateway_starts_total counter",
    "gateway_stop_vetoes_total counter",
  ]);
});
