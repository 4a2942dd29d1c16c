import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle } from "./lifecycle-fixture.ts";
import { app, IDLE, part, visitAndLeave } from "./lifecycle-parts.ts";

test("a one-shot runs to its end before what needs it, and is not started again once it has finished", async () => {
  const fixture = await openLifecycle(
    [app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })],
    {
      fakes: { migrate: { endsAfterMs: 3_000, endsWith: { code: 0, oomKilled: false, message: "" } } },
    },
  );
  const client = fixture.visit("app");
  await fixture.clock.advance(2_900);
  assert.deepEqual(fixture.orders(), ["start migrate"]);
  await fixture.clock.advance(200);
  assert.equal(client.answer, "forward app");
  client.close();
  await fixture.clock.advance(2 * IDLE);
  assert.equal(fixture.status("app"), "asleep");
  fixture.orders();
  await visitAndLeave(fixture, "app");
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a one-shot that had finished before the gateway started is not started again", async () => {
  const exit = { code: 0, oomKilled: false, message: "", atMs: 1 };
  const fixture = await openLifecycle(
    [app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })],
    {
      fakes: { migrate: { exit } },
    },
  );
  await visitAndLeave(fixture, "app");
  assert.deepEqual(fixture.orders(), ["start app"]);
});

test("a one-shot is not started again when something else that the app needs must be woken", async () => {
  const fixture = await openLifecycle(
    [app("app", ["migrate:completed", "db"]), part("migrate", [], { targetPort: undefined }), part("db")],
    { fakes: { migrate: { endsAfterMs: 100, endsWith: { code: 0, oomKilled: false, message: "" } } } },
  );
  await visitAndLeave(fixture, "app", 400);
  fixture.orders();
  fixture.engine.crash("db");
  await fixture.clock.settle();
  await visitAndLeave(fixture, "app");
  assert.deepEqual(fixture.orders(), ["start db"]);
});

test("a one-shot that fails is named with its exit code, and cools down like any other", async () => {
  const fixture = await openLifecycle(
    [app("app", ["migrate:completed"]), part("migrate", [], { targetPort: undefined })],
    {
      fakes: { migrate: { endsAfterMs: 100, endsWith: { code: 3, oomKilled: false, message: "" } } },
    },
  );
  const client = fixture.visit("app");
  await fixture.clock.advance(200);
  assert.match(client.answer, /^failed dependency: .*"migrate".*exit code 3/u);
  const next = fixture.visit("app");
  await fixture.clock.advance(200);
  assert.match(next.answer, /^failed dependency/u);
  assert.deepEqual(fixture.orders(), ["start migrate"]);
});

test("a one-shot that takes longer than its start_timeout counts when it ends well at last", async () => {
  const migrate = part("migrate", [], { targetPort: undefined, startTimeoutMs: 1_000 });
  const fixture = await openLifecycle([app("app", ["migrate:completed"]), migrate], {
    fakes: { migrate: { endsAfterMs: 10_000, endsWith: { code: 0, oomKilled: false, message: "" } } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_500);
  assert.match(client.answer, /^failed dependency/u);
  await fixture.clock.advance(15_000);
  await visitAndLeave(fixture, "app");
  assert.deepEqual(fixture.orders(), ["start migrate", "start app"]);
});

test("a one-shot started from outside that never ends fails the wake after its start_timeout", async () => {
  const settings = [app("app", ["job:completed"]), part("job", [], { targetPort: undefined, startTimeoutMs: 5_000 })];
  const fixture = await openLifecycle(settings, { fakes: { job: { status: "running" } } });
  const client = fixture.visit("app");
  await fixture.clock.advance(4_500);
  assert.equal(client.answer, "");
  await fixture.clock.advance(1_000);
  assert.match(client.answer, /^failed dependency: dependency "job" failed: did not complete within 5 s/u);
});
