import assert from "node:assert/strict";
import { test } from "node:test";
import { type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const SETTINGS = settingsOf([{ name: "app", idleTimeoutMs: 60_000 }, { name: "b" }], {
  groups: [{ name: "pool", members: ["app", "b"] }],
});

function post({ ask }: EndpointsServer, path: string, headers: Record<string, string> = {}) {
  return ask(path, { method: "POST", headers });
}

test("an administrator wakes a container, although its last wake failed a moment ago", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS, { workloads: { app: { refusesStart: "no" } } });
  const answer = await post(fixture, "/_status/wake?container=app");
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.json(), { ok: true });
  await fixture.clock.advance(100);
  assert.equal(fixture.record("app").state.status, "failed");
  fixture.engine.get("app").refusesStart = undefined;
  await post(fixture, "/_status/wake?container=app");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.record("app").state.status, "ready");
  assert.ok(fixture.emitted.some((event) => event.type === "wake" && event.cause === "admin"));
});

test("an administrator puts a container to sleep", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  await post(fixture, "/_status/wake?container=app");
  await fixture.clock.advance(1_000);
  assert.equal((await post(fixture, "/_status/stop?container=app")).status, 202);
  await fixture.clock.advance(1_000);
  assert.equal(fixture.record("app").state.status, "asleep");
  assert.ok(fixture.emitted.some((event) => event.type === "stopped" && event.reason === "admin"));
});

test("a group's name means all its members", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  await post(fixture, "/_status/wake?container=pool");
  await fixture.clock.advance(1_000);
  assert.deepEqual([fixture.record("app").state.status, fixture.record("b").state.status], ["ready", "ready"]);
  await post(fixture, "/_status/stop?container=pool");
  await fixture.clock.advance(1_000);
  assert.deepEqual([fixture.record("app").state.status, fixture.record("b").state.status], ["asleep", "asleep"]);
});

test("a container that a stop deletes is stopped only with a confirmation", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS, { workloads: { b: { autoRemove: true } } });
  await post(fixture, "/_status/wake?container=pool");
  await fixture.clock.advance(1_000);
  for (const path of [
    "stop?container=b",
    "stop?container=pool",
    "stop?container=b&confirm=yes",
    "suspend?container=b&for=1h",
  ]) {
    const answer = await post(fixture, `/_status/${path}`);
    assert.deepEqual([answer.status, answer.json().code], [409, "stop-deletes"], path);
    if (path.startsWith("stop")) assert.match(answer.json().detail, /"b" was started with --rm.*confirm=delete/u);
    await fixture.clock.advance(1_000);
    assert.deepEqual([fixture.record("app").state.status, fixture.record("b").state.status], ["ready", "ready"]);
  }
  assert.equal((await post(fixture, "/_status/stop?container=pool&confirm=delete")).status, 202);
  await fixture.clock.advance(1_000);
  assert.ok(fixture.emitted.some((event) => event.type === "stopped" && event.workload === "b"));
});

test("a pin wakes a container and keeps it awake until it ends", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  assert.equal((await post(fixture, "/_status/pin?container=app&for=1h")).status, 202);
  await fixture.clock.advance(3_590_000);
  assert.equal(fixture.record("app").state.status, "ready");
  await fixture.clock.advance(70_000);
  assert.equal(fixture.record("app").state.status, "asleep");
});

test("a pin of 0 ends a pin", async (t) => {
  const fixture = await startEndpoints(t, SETTINGS);
  await post(fixture, "/_status/pin?container=app&for=1h");
  await fixture.clock.advance(120_000);
  await post(fixture, "/_status/pin?container=app&for=0");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.record("app").state.status, "asleep");
});

for (const path of ["/_status/wake", "/_status/stop", "/_status/pin"]) {
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
    test(`${method} ${path} changes nothing and is not allowed`, async (t) => {
      const fixture = await startEndpoints(t, SETTINGS);
      const answer = await fixture.ask(`${path}?container=app&for=1h`, { method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers["allow"], "POST");
      await fixture.clock.advance(1_000);
      assert.equal(fixture.record("app").state.status, "asleep");
    });
  }

  for (const [rule, headers] of [
    ["from another site", { origin: "http://evil.test" }],
    ["from an opaque origin", { origin: "null" }],
    ["that a browser calls cross-site", { "sec-fetch-site": "cross-site" }],
  ] as const) {
    test(`a POST to ${path} ${rule} is refused`, async (t) => {
      const fixture = await startEndpoints(t, SETTINGS);
      assert.equal((await post(fixture, `${path}?container=app&for=1h`, headers)).status, 403);
      await fixture.clock.advance(1_000);
      assert.equal(fixture.record("app").state.status, "asleep");
    });
  }

  for (const [rule, query, detail] of [
    ["without a container", "", 'the parameter "container" is missing'],
    ["of an unknown container", "?container=nope&for=1h", 'unknown container "nope"'],
    ["of a container of that name in other letters", "?container=APP&for=1h", 'unknown container "APP"'],
    ["of a hostile container", "?container=__proto__&for=1h", 'unknown container "__proto__"'],
    ["of control characters", "?container=%1B[31ma%0D%0Ab%00%E2%80%AE&for=1h", 'unknown container "a b"'],
    ["of a very long name", `?container=${"x".repeat(3_000)}&for=1h`, `unknown container "${"x".repeat(99)}…"`],
  ] as const) {
    test(`a POST to ${path} ${rule} is a 400 that says so`, async (t) => {
      const answer = await post(await startEndpoints(t, SETTINGS), `${path}${query}`);
      assert.equal(answer.status, 400);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      assert.equal(answer.json().detail, detail);
    });
  }
}

for (const time of ["", "&for=", "&for=soon", "&for=-1h", "&for=169h"]) {
  test(`a pin with "${time}" is a 400`, async (t) => {
    const fixture = await startEndpoints(t, SETTINGS);
    assert.equal((await post(fixture, `/_status/pin?container=app${time}`)).status, 400);
    assert.equal(fixture.record("app").pinnedUntilMs, 0);
  });
}
