import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../support/wait-until.ts";
import { APP_STATUS, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const ONE = settingsOf([{ name: "app" }]);

test("the health of a sleeping container is unknown, and asking does not wake it", async (t) => {
  const { ask, record } = await startEndpoints(t, ONE);
  const answer = await ask("/_health?container=app");
  assert.equal(answer.status, 200);
  const { status, error, eta_ms } = answer.json();
  assert.deepEqual({ status, error, eta_ms }, { status: "unknown", error: "", eta_ms: null });
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(Number(answer.headers["content-length"]), answer.body.length);
  assert.equal(record("app").state.status, "asleep");
});

test("a wake is reported from its start to its end: phase, time passed, time expected", async (t) => {
  const fixture = await startEndpoints(t, ONE, { workloads: { app: { startMs: 500, listenMs: 700 } } });
  const { ask, clock, lifecycle, record } = fixture;
  const health = async (): Promise<any> => (await ask("/_health?container=app")).json();

  lifecycle.wake(record("app"), "request");
  await clock.advance(400);
  assert.deepEqual(pick(await health()), { status: "starting", phase: "starting", elapsed_ms: 400, eta_ms: null });
  await clock.advance(1_000);
  assert.deepEqual(pick(await health()), { status: "running", phase: "ready", elapsed_ms: 0, eta_ms: 1_200 });

  fixture.engine.crash("app");
  await clock.advance(1_000);
  lifecycle.wake(record("app"), "request");
  await clock.advance(600);
  assert.deepEqual(pick(await health()), { status: "starting", phase: "waiting", elapsed_ms: 600, eta_ms: 1_200 });
});

test("a failed wake is reported with the engine's words and when it is tried again", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, {
    workloads: { app: { refusesStart: "no such \u001b[31mimage" } },
  });
  lifecycle.wake(record("app"), "request");
  await clock.advance(1_000);
  const { status, error, reason, retry_after_s } = (await ask("/_health?container=app")).json();
  assert.deepEqual({ status, reason, retry_after_s }, { status: "failed", reason: "refused", retry_after_s: 2 });
  assert.match(error, /^no such .*image$/);
  assert.doesNotMatch(error, /\p{Cc}/u);
});

test("a long poll answers at the next change of phase, and not before", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, { workloads: { app: { startMs: 5_000 } } });
  lifecycle.wake(record("app"), "request");
  await clock.settle();
  const poll = ask("/_health?container=app&wait=20s&seen=starting:starting");
  await waitUntil(() => record("app").watchers.size > 0);
  await clock.advance(4_999);
  assert.equal(record("app").watchers.size, 1, "it waits");
  await clock.advance(1);
  assert.notEqual((await poll).json().phase, "starting");
  assert.equal(record("app").watchers.size, 0);
});

test("a long poll without the client's phase is answered at once", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, { workloads: { app: { startMs: 5_000 } } });
  lifecycle.wake(record("app"), "request");
  await clock.settle();
  for (const known of ["seen=starting:dependencies", "seen=unknown:", "phase=waiting"]) {
    assert.equal((await ask(`/_health?container=app&wait=20s&${known}`)).json().phase, "starting");
  }
});

test("a long poll ends after its time with what is so then, 25 s at most", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, { workloads: { app: { startMs: 50_000 } } });
  lifecycle.wake(record("app"), "request");
  await clock.settle();
  for (const [wait, ms] of [
    ["10s", 10_000],
    ["1h", 25_000],
  ] as const) {
    const poll = ask(`/_health?container=app&wait=${wait}&phase=starting`);
    await waitUntil(() => record("app").watchers.size > 0);
    await clock.advance(ms);
    assert.equal((await poll).json().status, "starting");
  }
});

test("a long poll with nothing in progress answers at once", async (t) => {
  const { ask } = await startEndpoints(t, ONE);
  assert.equal((await ask("/_health?container=app&wait=20s&seen=unknown:")).json().status, "unknown");
});

test("a client that leaves a long poll leaves nothing behind", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE, { workloads: { app: { startMs: 50_000 } } });
  lifecycle.wake(record("app"), "request");
  await clock.settle();
  const leaving = new AbortController();
  const poll = ask("/_health?container=app&wait=20s&phase=starting", { signal: leaving.signal });
  await waitUntil(() => record("app").watchers.size > 0);
  leaving.abort();
  await assert.rejects(poll);
  await waitUntil(() => record("app").watchers.size === 0);
});

for (const [rule, path, status, detail] of [
  ["an unknown container is a 400, as the reference has it", "/_health?container=nope", 400, "unknown container"],
  ["so it is for logs", "/_logs?container=nope", 400, "unknown container"],
  ["an empty name is unknown", "/_logs?container=", 400, "unknown container"],
  [
    "a wait that is no duration is refused",
    "/_health?container=app&wait=soon",
    400,
    'the parameter "wait" must be a duration such as "20s"',
  ],
  [
    "a query that is too long is refused",
    `/_health?container=app&x=${"y".repeat(5_000)}`,
    400,
    "the query is too long",
  ],
] as const) {
  test(rule, async (t) => {
    const { ask } = await startEndpoints(t, ONE);
    const answer = await ask(path, { headers: { accept: "text/html" } });
    assert.equal(answer.status, status);
    assert.equal(answer.headers["content-type"], "application/problem+json");
    assert.equal(answer.json().detail, detail);
  });
}

test("the first of a repeated parameter counts", async (t) => {
  const { ask } = await startEndpoints(t, ONE);
  assert.equal((await ask("/_logs?container=app&container=nope")).status, 200);
});

test("without a container the host selects it; if no host matches, the answer is a 400", async (t) => {
  const { ask } = await startEndpoints(t, ONE);
  assert.equal((await ask("/_health")).json().status, "unknown");
  assert.equal((await ask("/_logs")).status, 200);
  const { detail } = (await ask("/_health", { host: "elsewhere.test" })).json();
  assert.equal(detail, 'the parameter "container" is missing');
});

test("an app's own /_health is the app's as soon as it can answer", async (t) => {
  const { ask, clock, lifecycle, record } = await startEndpoints(t, ONE);
  assert.equal((await ask("/_health?x=1")).status, 200);
  lifecycle.wake(record("app"), "request");
  await clock.advance(2_000);
  assert.equal((await ask("/_health?x=1")).status, APP_STATUS);
  assert.equal((await ask("/_health?container=app")).json().status, "running");
});

test("a group is polled by its name: its furthest member counts", async (t) => {
  const settings = settingsOf([{ name: "a" }, { name: "b" }], { groups: [{ name: "pool", members: ["a", "b"] }] });
  const { ask, clock, lifecycle, record } = await startEndpoints(t, settings, { workloads: { b: { startMs: 5_000 } } });
  lifecycle.wake(record("b"), "request");
  await clock.settle();
  assert.equal((await ask("/_health?container=pool")).json().status, "starting");
});

test("logs are shown while it starts and after it failed, without escapes, and to nobody before and after", async (t) => {
  const { ask, clock, engine, lifecycle, record } = await startEndpoints(t, ONE, {
    workloads: { app: { startMs: 5_000, logs: ["one", "\u001b[31mtwo\u001b[0m<b>"] } },
  });
  const lines = async (): Promise<string[]> => {
    await clock.advance(1_000);
    return (await ask("/_logs?container=app")).json().lines;
  };
  assert.deepEqual(await lines(), []);
  lifecycle.wake(record("app"), "request");
  assert.equal((await lines())[0], "one");
  assert.doesNotMatch((await lines())[1]!, /\p{Cc}/u);
  await clock.advance(5_000);
  assert.equal(record("app").state.status, "ready");
  assert.deepEqual(await lines(), []);
  engine.get("app").refusesStart = "no";
  engine.stopOutside("app");
  await clock.advance(1_000);
  lifecycle.wake(record("app"), "request");
  assert.equal((await lines())[0], "one");
});

for (const [logs, expected] of [
  ["always", ["hello"]],
  ["never", []],
] as const) {
  test(`logs: ${logs} shows ${expected.length} lines of a sleeping container`, async (t) => {
    const { ask } = await startEndpoints(t, settingsOf([{ name: "app", logs }]), {
      workloads: { app: { logs: ["hello"] } },
    });
    assert.deepEqual((await ask("/_logs?container=app")).json(), { lines: expected });
  });
}

test("however many watch, the engine is queried for logs once a second", async (t) => {
  const fixture = await startEndpoints(t, settingsOf([{ name: "app", logs: "always" }]), {
    workloads: { app: { logs: ["hello"] } },
  });
  fixture.trusted.add("127.0.0.1");
  const reads = (): number => fixture.engine.calls.filter((call) => call === "logs app").length;
  const visitors = Array.from({ length: 20 }, (_, at) => ({ headers: { "x-forwarded-for": `192.0.2.${at}` } }));
  const answers = await Promise.all(visitors.map((visitor) => fixture.ask("/_logs?container=app", visitor)));
  assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['{"lines":["hello"]}']));
  assert.equal(reads(), 1);
  await fixture.clock.advance(1_000);
  await fixture.ask("/_logs?container=app");
  assert.equal(reads(), 2);
});

for (const path of ["/_health?container=app", "/_logs?container=app", "/_live", "/_ready"]) {
  test(`HEAD ${path} has the headers of a GET and no body`, async (t) => {
    const { ask, clock } = await startEndpoints(t, ONE);
    const get = await ask(path);
    await clock.advance(1_000);
    const head = await ask(path, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers["content-length"], get.headers["content-length"]);
    assert.equal(head.headers["content-type"], get.headers["content-type"]);
  });

  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
    test(`${method} ${path} is not allowed`, async (t) => {
      const { ask } = await startEndpoints(t, ONE);
      const answer = await ask(path, { method });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers["allow"], "GET, HEAD");
    });
  }
}

test("hostile names, paths and parameters are refused without a fault and without an echo", async (t) => {
  const { ask, emitted } = await startEndpoints(t, ONE);
  for (const name of ["__proto__", "constructor", "../app", "app%00", "%0d%0aX-Evil:%201", "%", "%ff%fe", "<script>"]) {
    for (const endpoint of ["/_health", "/_logs"]) {
      const answer = await ask(`${endpoint}?container=${name}&wait=${name}&seen=${name}&phase=${name}`);
      assert.equal(answer.status, 400, name);
      assert.equal(answer.headers["x-evil"], undefined);
      assert.ok(!answer.text.includes("script"));
    }
  }
  assert.deepEqual(
    emitted.filter(({ type }) => type === "fault"),
    [],
  );
});

function pick({ status, phase, elapsed_ms, eta_ms }: Record<string, unknown>): object {
  return { status, phase, elapsed_ms, eta_ms };
}
