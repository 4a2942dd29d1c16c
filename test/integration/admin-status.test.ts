import assert from "node:assert/strict";
import { test } from "node:test";
import { openLease } from "../../src/lifecycle/workload/lease.ts";
import { createDailySchedule } from "./daily-schedule.ts";
import { byContainer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const START = "2026-06-01T12:00:00.000Z";
const HOUR = 3_600_000;

test("a sleeping container is reported with the reference's fields and ours", async (t) => {
  const settings = settingsOf([
    {
      name: "app",
      engine: "docker",
      hosts: ["app.test", "www.app.test"],
      icon: "gitea",
      targetPort: 3000,
      idleTimeoutMs: 900_000,
      network: "web",
      dependsOn: [{ name: "db", condition: "healthy" }],
    },
    { name: "db", hosts: [] },
  ]);
  const { ask } = await startEndpoints(t, settings);
  const { containers, groups, updated_at, engine_up, version } = (await ask("/_status/api")).json();
  assert.deepEqual(
    { groups, updated_at, engine_up, version },
    { groups: [], updated_at: START, engine_up: true, version: "0.0.0" },
  );
  assert.deepEqual(
    containers.map(({ name }: { name: string }) => name),
    ["app", "db"],
  );
  assert.deepEqual(containers[0], {
    name: "app",
    engine: "docker",
    host: "app.test",
    status: "exited",
    start_state: "unknown",
    image: "app:latest",
    icon: "gitea",
    target_port: "3000",
    start_timeout: "1m0s",
    idle_timeout: "15m0s",
    idle_timeout_sec: 900,
    idle_remaining_sec: -1,
    network: "web",
    schedule_start: "",
    schedule_stop: "",
    schedule_timezone: "",
    scheduled_downtime: false,
    next_scheduled_start: "",
    hosts: ["app.test", "www.app.test"],
    ports: [{ port: 3000, hosts: ["app.test", "www.app.test"], ready: false }],
    origin: "file",
    state: "asleep",
    phase: null,
    since: START,
    last_client: null,
    leases: { request: 0, tunnel: 0 },
    idle_deadline: null,
    wakes_total: 0,
    wakes_today: 0,
    wake_ms: { last: null, median: null, expected: null },
    asleep_seconds: 0,
    memory_bytes: null,
    memory_saved_byte_seconds: null,
    groups: [],
    depends_on: [{ name: "db", condition: "healthy" }],
    schedule: null,
    pinned_until: null,
    suspended_until: null,
    stop_deletes: false,
    throttled: false,
    traefik: null,
    ended_by: null,
    update_wait: null,
    failure: null,
    warnings: [],
  });
});

test("a requested container reports when, its remaining idle time, and its wakes", async (t) => {
  const settings = settingsOf([{ name: "app", idleTimeoutMs: 60_000 }], {
    groups: [{ name: "pool", members: ["app"] }],
  });
  const fixture = await startEndpoints(t, settings, { workloads: { app: { startMs: 2_000 } } });
  const { clock, lifecycle, record } = fixture;
  const app = async (): Promise<any> => (await fixture.ask("/_status/api")).json().containers[0];
  await clock.advance(10_000);
  lifecycle.wake(record("app"), "request");
  await clock.advance(5_000);
  const up = await app();
  assert.equal(up.status, "running");
  assert.equal(up.start_state, "running");
  assert.equal(up.started_at, "2026-06-01T12:00:12.000Z");
  assert.equal(up.last_request, "2026-06-01T12:00:12.000Z");
  assert.equal(up.idle_remaining_sec, 57);
  assert.equal(up.idle_deadline, "2026-06-01T12:01:12.000Z");
  assert.equal(up.wakes_total, 1);
  assert.equal(up.wakes_today, 1);
  assert.deepEqual(up.wake_ms, { last: 2_000, median: 2_000, expected: 2_000 });
  assert.equal(up.asleep_seconds, 10);
  assert.deepEqual(up.groups, ["pool"]);

  openLease(record("app"), "tunnel", 0);
  await clock.advance(5_000);
  const used = await app();
  assert.deepEqual(used.leases, { request: 0, tunnel: 1 });
  assert.equal(used.last_request, "2026-06-01T12:00:20.000Z");
  assert.equal(used.idle_remaining_sec, 60);
  assert.equal(used.idle_deadline, null);
});

test("a container started from outside without a request reports that, and when it will stop", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app", idleTimeoutMs: 60_000 }]), {
    workloads: { app: { status: "running" } },
  });
  await fixture.clock.advance(5_000);
  const [app] = (await fixture.ask("/_status/api")).json().containers;
  assert.equal(app.last_request, undefined);
  assert.equal(app.idle_remaining_sec, -1);
  assert.equal(app.idle_deadline, "2026-06-01T12:01:00.000Z");
  assert.equal(app.wakes_today, 0);
});

test("a failure is reported with reason, exit code and the next try", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }]), {
    workloads: {
      app: { listenMs: Infinity, endsAfterMs: 1_000, endsWith: { code: 3, oomKilled: false, message: "" } },
    },
  });
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.advance(2_000);
  const [app] = (await fixture.ask("/_status/api")).json().containers;
  assert.equal(app.start_state, "failed");
  assert.deepEqual(app.failure, {
    reason: "exited",
    message: "ended while starting with exit code 3",
    exit_code: 3,
    at: "2026-06-01T12:00:01.000Z",
    retry_at: "2026-06-01T12:00:04.000Z",
  });
});

test("a schedule is reported with its next opening and closing, whichever comes first", async (t) => {
  const schedule = { start: "8:00", stop: "18:00", timezone: "UTC" };
  const fixture = await startEndpoints(t, settingsOf([{ name: "app", schedule }]), {
    createSchedule: createDailySchedule,
  });
  const read = async (): Promise<unknown> => (await fixture.ask("/_status/api")).json().containers[0].schedule;
  const next_start = "2026-06-02T08:00:00.000Z";
  assert.deepEqual(await read(), { open: true, next_start, next_stop: "2026-06-01T18:00:00.000Z" });
  await fixture.clock.advance(7 * HOUR);
  assert.deepEqual(await read(), { open: false, next_start, next_stop: "2026-06-02T18:00:00.000Z" });
});

test("a schedule is reported with the reference's fields too, the next opening only while it is closed", async (t) => {
  const schedule = { start: "8:00", stop: "18:00", timezone: "Europe/Rome" };
  const fixture = await startEndpoints(t, settingsOf([{ name: "app", schedule }]), {
    createSchedule: createDailySchedule,
  });
  const fields = ["schedule_start", "schedule_stop", "schedule_timezone", "scheduled_downtime", "next_scheduled_start"];
  const read = async (): Promise<unknown[]> => {
    const [app] = (await fixture.ask("/_status/api")).json().containers;
    return fields.map((field) => app[field]);
  };
  assert.deepEqual(await read(), ["8:00", "18:00", "Europe/Rome", false, ""]);
  await fixture.clock.advance(7 * HOUR);
  assert.deepEqual(await read(), ["8:00", "18:00", "Europe/Rome", true, "Tue 02 Jun · 10:00"]);
});

test("bad labels and the origins of settings are reported with their container", async (t) => {
  const merged = () => ({
    faults: byContainer([
      { place: { kind: "label", container: "app", label: "dag.idle_timout" }, message: "unknown key" },
      { place: { kind: "label", container: "other", label: "dag.host" }, message: "taken" },
    ]),
    originsOf: () =>
      new Map([
        ["app.idle_timeout", "label dag.idle_timeout"],
        ["other.host", "config.yaml line 3"],
        ["gateway.admin_auth.password", "environment ADMIN_AUTH_PASSWORD"],
      ]),
  });
  const { ask } = await startEndpoints(t, settingsOf([{ name: "app" }]), { deps: { merged } });
  const { containers, unrouted } = (await ask("/_status/api")).json();
  assert.deepEqual(containers[0].warnings, ["label dag.idle_timout: unknown key"]);
  assert.deepEqual(unrouted, [{ name: "other", warnings: ["label dag.host: taken"] }]);
  const page = await ask("/_status", { headers: { accept: "text/html" } });
  assert.match(page.text, /id="unrouted".*<bdi>other<\/bdi>.*label dag\.host: taken/s);
  const detail = (await ask("/_status/c/app")).json();
  assert.deepEqual(detail.origins, { idle_timeout: "label dag.idle_timeout" });
  assert.equal(detail.container.name, "app");
  assert.equal(detail.explanation.name, "app");
});

test("credentials of the configuration are reported nowhere", async (t) => {
  const gateway = { adminAuth: { method: "basic", username: "user-s3cret", password: "pass-s3cret" } } as const;
  const { ask } = await startEndpoints(t, settingsOf([{ name: "app" }], { gateway }));
  const authorization = `Basic ${Buffer.from("user-s3cret:pass-s3cret").toString("base64")}`;
  for (const path of ["/_status/api", "/_status/c/app", "/_status/explain?container=app", "/_topology", "/_metrics"]) {
    const { status, text } = await ask(path, { headers: { authorization } });
    assert.equal(status, 200);
    assert.ok(!text.includes("s3cret"), path);
  }
});

test("a page of a container that does not exist is not found", async (t) => {
  const { ask } = await startEndpoints(t, settingsOf([{ name: "app" }]));
  for (const name of ["nope", "__proto__", "app/x", "%3Cscript%3E"]) {
    assert.equal((await ask(`/_status/c/${name}`)).status, 404, name);
  }
  assert.equal((await ask("/_status/c/%ff")).status, 400);
});

test("a scrape reports what happened", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }]));
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.advance(1_000);
  const { text, headers } = await fixture.ask("/_metrics");
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(text, /^gateway_starts_total\{container="app",result="success"\} 1$/m);
  assert.match(text, /^gateway_container_state\{container="app",state="ready"\} 1$/m);
});
