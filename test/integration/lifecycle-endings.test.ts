import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

test("a crash while awake is reported, and the next request wakes it", async () => {
  const fixture = await openReady();
  fixture.engine.crash("app", { code: 139 });
  await fixture.clock.settle();
  assert.equal(fixture.emitted("ended")[0]?.exit?.code, 139);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
});

test("from the report of its end on nobody is sent to it, however late the engine tells how it ended", async () => {
  const fixture = await openReady();
  const { engine } = fixture;
  const observe = engine.observe.bind(engine);
  const tidied = Promise.withResolvers<void>();
  engine.observe = async (ref) => {
    await tidied.promise;
    return observe(ref);
  };
  engine.crash("app", { code: 137, oomKilled: true });
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.answer, "");
  assert.deepEqual(fixture.emitted("ended"), []);
  tidied.resolve();
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(
    fixture.emitted("ended").map(({ exit }) => exit?.code),
    [137],
  );
  assert.equal(fixture.record("app").wokenByUs, true);
});

test("one that has died is woken, even if the engine does not know of its end at the start", async () => {
  const fixture = await openReady();
  const { state } = fixture.record("app");
  assert.ok(state.status === "ready");
  const app = fixture.engine.get("app");
  app.listenMs = Infinity; // nobody listens any more; for the engine it runs
  fixture.lifecycle.context.dispatch(fixture.record("app"), { type: "refused", endpoint: state.targets[0]! });
  const client = fixture.visit("app");
  await fixture.clock.advance(20);
  assert.deepEqual(fixture.orders(), ["start app"]);
  app.listenMs = 0;
  fixture.engine.crash("app", { code: 137 });
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  assert.deepEqual(fixture.orders(), ["start app"]);
  assert.deepEqual(
    fixture.emitted("ended").map(({ exit }) => exit?.code),
    [137],
  );
  assert.deepEqual(fixture.emitted("wake-failed"), []);
});

test("one that runs, is requested and crashes, and crashes again at its next start, has failed", async () => {
  const fixture = await openReady();
  const { state } = fixture.record("app");
  assert.ok(state.status === "ready");
  const app = fixture.engine.get("app");
  Object.assign(app, { listenMs: Infinity, endsAfterMs: 100 });
  fixture.lifecycle.context.dispatch(fixture.record("app"), { type: "refused", endpoint: state.targets[0]! });
  const client = fixture.visit("app");
  await fixture.clock.advance(20);
  fixture.engine.crash("app", { code: 1 });
  await fixture.clock.advance(200);
  assert.match(client.answer, /^failed exited/u);
  assert.deepEqual(fixture.orders(), ["start app", "start app"]);
});

test("one that crashes again and again while its engine restarts it has failed, with how it ended", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 30_000 }], {
    fakes: { app: { listenMs: Infinity } },
  });
  const app = fixture.engine.get("app");
  /** Docker's word for it while it waits before the next try. */
  function crash(): void {
    fixture.engine.crash("app", { code: 3 });
    app.status = "restarting";
  }
  const client = fixture.visit("app");
  for (let times = 1; times <= 3; times += 1) {
    await fixture.clock.advance(200);
    assert.equal(client.answer, "", "so far it may still come up");
    crash();
    await fixture.clock.advance(100);
    if (times < 3) fixture.engine.startOutside("app");
  }
  assert.match(client.answer, /^failed exited: .*exit code 3, and is restarted again and again/u);

  fixture.engine.startOutside("app");
  await fixture.clock.advance(100);
  const next = fixture.visit("app");
  await fixture.clock.settle();
  assert.match(next.answer, /^failed exited/u, "a restart by the engine ends no cool-down");
  app.listenMs = 0;
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "ready", "but it is seen to come up");
});

test("one whose start_timeout ends between two crashes has failed for them, not for want of time", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 1_000 }], {
    fakes: { app: { listenMs: Infinity } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  fixture.engine.crash("app", { code: 3 });
  fixture.engine.get("app").status = "restarting";
  await fixture.clock.advance(900);
  assert.match(client.answer, /^failed exited: .*exit code 3/u);
});

async function openReady(): Promise<LifecycleFixture> {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000 }]);
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "forward app");
  client.close();
  fixture.orders();
  return fixture;
}

const ends: readonly [who: string, end: (fixture: LifecycleFixture) => Promise<void> | void, by: string][] = [
  ["crashes", ({ engine }) => engine.crash("app"), "itself"],
  ["is stopped by somebody else", ({ engine }) => engine.stopOutside("app"), "other"],
  ["is put to sleep", async ({ clock }) => clock.advance(60_000), "us"],
];
for (const [what, end, by] of ends) {
  test(`of an app that ${what} it is known who ended it, also by the next gateway, until it runs again`, async () => {
    const settings = [{ name: "app", idleTimeoutMs: 60_000 }];
    const fixture = await openLifecycle(settings);
    const client = fixture.visit("app");
    await fixture.clock.advance(50);
    client.close();
    assert.equal(fixture.record("app").endedBy, undefined);
    await end(fixture);
    await fixture.clock.advance(2_000);
    assert.equal(fixture.status("app"), "asleep");
    assert.equal(fixture.record("app").endedBy, by);

    const next = await openLifecycle(settings, { memories: Object.fromEntries(fixture.saved) });
    assert.equal(next.record("app").endedBy, by);
    next.engine.startOutside("app");
    await next.clock.settle();
    assert.equal(next.record("app").endedBy, undefined);
  });
}
