import assert from "node:assert/strict";
import { test } from "node:test";
import { openLease } from "../../src/lifecycle/workload/lease.ts";
import { type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

async function explain({ ask }: EndpointsServer, container = "app"): Promise<any> {
  return (await ask(`/_status/explain?container=${container}`)).json();
}

test("a sleeping container is explained by what would wake it, and nothing else", async (t) => {
  const settings = settingsOf(
    [
      { name: "app", dependsOn: [{ name: "db", condition: "healthy" }] },
      { name: "db", hosts: [] },
      { name: "lone", hosts: [], ignore: { userAgents: ["bot"], paths: [], methods: [], ips: [], status: 503 } },
    ],
    { groups: [{ name: "pool", members: ["app"], hosts: ["pool.test"] }] },
  );
  const fixture = await startEndpoints(t, settings);
  const app = await explain(fixture);
  assert.deepEqual(
    { state: app.state, awake: app.why_awake, kept: app.why_not_stopped, stop: app.will_stop, wake: app.would_wake },
    {
      state: "asleep",
      awake: [],
      kept: [],
      stop: null,
      wake: ["A request for app.test or pool.test.", "An administrator."],
    },
  );
  assert.deepEqual((await explain(fixture, "db")).would_wake, [
    'A wake of "app", which needs it.',
    "An administrator.",
  ]);
  assert.ok(
    (await explain(fixture, "lone")).would_wake.includes("Not a request that matches one of its ignore rules."),
  );
});

test("an awake container is explained by what woke it, what keeps it awake, and when it will stop", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app", idleTimeoutMs: 300_000, minUptimeMs: 60_000 }]));
  const { clock, lifecycle, record } = fixture;
  lifecycle.wake(record("app"), "schedule");
  await clock.advance(1_000);
  const rested = await explain(fixture);
  assert.deepEqual(rested.why_awake, ["It was woken at 2026-06-01T12:00:00.000Z (schedule)."]);
  assert.deepEqual(rested.why_not_stopped, [
    "Its min_uptime lasts another 59s.",
    "It was used recently: idle_timeout (5m0s) ends in 4m59s.",
  ]);
  assert.deepEqual(rested.will_stop, { at: "2026-06-01T12:05:00.000Z", reason: "idle" });
  assert.deepEqual(rested.would_wake, []);

  openLease(record("app"), "tunnel", 0);
  lifecycle.pin(record("app"), 3_600_000);
  const used = await explain(fixture);
  assert.ok(used.why_awake.includes("1 connection (WebSocket or similar) is open."));
  assert.ok(used.why_not_stopped.includes("1 request or connection is open."));
  assert.ok(used.why_not_stopped.includes("It is kept awake for another 1h0m0s (Keep awake)."));
  assert.equal(used.will_stop, null);
});

test("a dependency is kept by its dependents", async (t) => {
  const settings = settingsOf([
    { name: "app", dependsOn: [{ name: "db", condition: "healthy" }] },
    { name: "db", hosts: [] },
  ]);
  const fixture = await startEndpoints(t, settings);
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.advance(2_000);
  assert.deepEqual((await explain(fixture, "db")).why_not_stopped, ['"app" needs it and is awake.']);
  assert.deepEqual((await explain(fixture, "app")).why_not_stopped, [
    "It has no idle_timeout, so it is never stopped for being idle.",
  ]);
});

test("a start from outside, a missing container and a cool-down are explained", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }, { name: "gone" }, { name: "broken" }]), {
    workloads: { app: { status: "running" }, broken: { refusesStart: "no such image" } },
  });
  fixture.engine.remove("gone");
  await fixture.clock.advance(9_000);
  fixture.lifecycle.wake(fixture.record("broken"), "request");
  await fixture.clock.advance(1_000);
  assert.match((await explain(fixture)).why_awake[0], /^Somebody else started it/);
  assert.equal((await explain(fixture, "gone")).would_wake[0], 'Nothing: there is no container named "gone".');
  assert.ok(
    (await explain(fixture, "broken")).would_wake.includes("Not before 2026-06-01T12:00:12.000Z: no such image."),
  );
});

test("a stop from outside is explained with its time, and how long the container is left alone", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }]), { workloads: { app: { status: "running" } } });
  await fixture.clock.advance(100);
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(4_000);
  const sentence = "Somebody else stopped or removed it 4s ago; a request waits up to 6s in case it is being updated.";
  assert.equal((await explain(fixture)).would_wake[0], sentence);
  fixture.lifecycle.wake(fixture.record("app"), "request");
  await fixture.clock.settle();
  assert.ok((await explain(fixture)).why_awake.includes(sentence));
  const { containers } = (await fixture.ask("/_status/api")).json();
  const { ended_by, update_wait } = containers[0];
  assert.equal(ended_by, "other");
  assert.equal(Date.parse(update_wait.until) - Date.parse(update_wait.since), 10_000);
});

test("the last changes are listed with their reasons, oldest first, twenty at most", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app" }]));
  for (let round = 0; round < 12; round += 1) {
    fixture.lifecycle.wake(fixture.record("app"), "request");
    await fixture.clock.advance(1_000);
    fixture.lifecycle.sleep(fixture.record("app"));
    await fixture.clock.advance(1_000);
  }
  const { transitions } = await explain(fixture);
  assert.equal(transitions.length, 20);
  assert.deepEqual(transitions.at(-1), {
    at: "2026-06-01T12:00:23.000Z",
    from: "stopping",
    to: "asleep",
    why: "the stop ended: stopped",
  });
});

for (const [query, detail] of [
  ["", 'the parameter "container" is missing'],
  ["?container=nope", 'unknown container "nope"'],
]) {
  test(`an explanation of "${query}" is a 400`, async (t) => {
    const answer = await (await startEndpoints(t, settingsOf([{ name: "app" }]))).ask(`/_status/explain${query}`);
    assert.equal(answer.status, 400);
    assert.equal(answer.json().detail, detail);
  });
}
