import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle } from "./lifecycle-fixture.ts";
import { app, part } from "./lifecycle-parts.ts";

const FAR = { health: "starting", firstCheckAfterMs: 30_000 } as const;

test("an app whose first health check is far away is ready when it listens, and so is a dependency", async () => {
  const fixture = await openLifecycle([app("app", ["db"]), part("db")], {
    fakes: { app: { ...FAR, listenMs: 1_000 }, db: { ...FAR, listenMs: 1_500 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(1_400);
  assert.equal(fixture.status("db"), "starting", "a dependency without a port must listen, too");
  await fixture.clock.advance(1_500);
  assert.equal(client.answer, "forward app");
});

test("the first health check of a run takes over, good or bad", async () => {
  const fixture = await openLifecycle([{ name: "app" }], { fakes: { app: { ...FAR, listenMs: 31_000 } } });
  const client = fixture.visit("app", { handler: { maxHoldMs: 50_000 } });
  await fixture.clock.advance(30_000);
  Object.assign(fixture.engine.get("app"), { firstCheckAfterMs: undefined, checkOutput: "no database" });
  await fixture.clock.advance(10_000);
  assert.equal(fixture.status("app"), "starting", "it listens, but its check has failed");
  fixture.engine.get("app").health = "healthy";
  await fixture.clock.advance(1_100);
  assert.equal(fixture.status("app"), "ready");
  client.leave();
});

test("the gateway waits for a first check that is near", async () => {
  const fixture = await openLifecycle([{ name: "app" }], {
    fakes: { app: { health: "starting", firstCheckAfterMs: 4_000 } },
  });
  fixture.visit("app");
  await fixture.clock.advance(10_000);
  assert.equal(fixture.status("app"), "starting");
});

test("an app that continues after a long pause waits for no check that was due meanwhile", async () => {
  const fixture = await openLifecycle([{ name: "app", idleTimeoutMs: 60_000, stopMethod: "pause" }], {
    fakes: { app: FAR },
  });
  fixture.visit("app", { lease: "none" });
  await fixture.clock.advance(61_000);
  assert.equal(fixture.status("app"), "paused");
  await fixture.clock.advance(600_000);
  const client = fixture.visit("app");
  await fixture.clock.advance(1_000);
  assert.equal(client.answer, "forward app");
});

test("a check that never passes is reported with its output", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 20_000 }], {
    fakes: { app: { health: "starting", checkOutput: "connection to database refused" } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(21_000);
  const { answer } = client;
  assert.equal(
    answer,
    "failed unhealthy: its health check did not pass within 20 s (start_timeout): connection to database refused",
  );
});

test("an app that answers at last is served at once, however long its cool-down still is", async () => {
  const fixture = await openLifecycle([{ name: "app", startTimeoutMs: 2_000 }], {
    fakes: { app: { listenMs: 60_000 } },
    memories: { app: { failures: 5 } },
  });
  const client = fixture.visit("app");
  await fixture.clock.advance(3_000);
  assert.match(client.answer, /^failed timeout/u);
  await fixture.clock.advance(57_500); // the cool-down takes 96 s
  const late = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(late.answer, "forward app");
});
