import assert from "node:assert/strict";
import { test } from "node:test";
import { orderAfterRecall } from "../../src/lifecycle/stop/recall.ts";
import { flow, download } from "./flow.ts";
import { fixtureSettings } from "./lifecycle-fixture.ts";
import { IDLE_MS, open, openFetched } from "./recall-fixture.ts";

test("an idle app is recalled before its stop, which is on time", async () => {
  const { pass, status, record, engine } = await open();
  await pass(IDLE_MS - 9_000);
  assert.equal(record.recall, undefined);
  await pass(5_000);
  assert.ok(record.recall !== undefined, "it is being recalled");
  assert.equal(status("app"), "ready");
  await pass(9_000);
  assert.equal(status("app"), "asleep");
  const reads = engine.calls.filter((call) => call.startsWith("usage")).length;
  assert.ok(reads >= 5 && reads <= 14, `${reads} readings`);
});

test("where Traefik fetches seldom the recall begins sooner, so that the stop comes on time", async () => {
  const { pass, status, clock, record } = await open({ name: "app" }, 13);
  const dueMs = record.lastActivityMs + IDLE_MS;
  await pass(dueMs - clock.now() - 1_000);
  assert.equal(status("app"), "ready");
  await pass(6_000);
  assert.equal(status("app"), "asleep");
});

test("traffic during the recall takes it back", async () => {
  const fixture = await open();
  const { pass, status, record } = fixture;
  flow(fixture, [download(IDLE_MS - 3_000, IDLE_MS - 2_000)]);
  await pass(IDLE_MS + 4_000);
  assert.equal(status("app"), "ready");
  assert.equal(record.recall, undefined);
  await pass(IDLE_MS + 12_000);
  assert.equal(status("app"), "asleep");
});

for (const [rule, everyS, usedMs] of [
  ["just after the last reading before a recall", 13, IDLE_MS - 17_000],
  ["while Traefik has not fetched yet", 13, IDLE_MS - 9_000],
  ["while Traefik applies the document", 2, IDLE_MS - 4_500],
] as const) {
  test(`the stop is within a tenth of the idle timeout after use ${rule}`, async () => {
    const fixture = await open({ name: "app" }, everyS);
    const { pass, status, clock, record } = fixture;
    const endMs = record.lastActivityMs + usedMs + 200;
    flow(fixture, [download(endMs - 200 - clock.now(), endMs - clock.now())]);
    await pass(endMs + IDLE_MS - 1_000 - clock.now());
    assert.equal(status("app"), "ready");
    await pass(1_000 + IDLE_MS / 10 + 2_000);
    assert.equal(status("app"), "asleep");
  });
}

test("a few bytes that pass before Traefik has applied the document keep the app awake, however late it is", async () => {
  const fixture = await open();
  const { pass, status, clock, record, front } = fixture;
  const dueMs = record.lastActivityMs + IDLE_MS;
  front.frozen = true;
  const usedMs = dueMs + 2_500 - clock.now();
  flow(fixture, [{ fromMs: usedMs, toMs: usedMs + 100, everyMs: 100, rx: [200, 2], tx: [200, 2] }]);
  await pass(dueMs + 1_000 - clock.now());
  front.frozen = false;
  await pass(12_000);
  assert.equal(status("app"), "ready");
});

for (const order of ["admin", "suspend"] as const) {
  test(`what is ordered (${order}) is recalled first as well, whatever uses it`, async () => {
    const { pass, status, lifecycle, record, orders, visit } = await open();
    if (order === "admin") lifecycle.sleep(record);
    else lifecycle.suspend(record, 3_600_000);
    await pass(1_000);
    assert.equal(status("app"), "ready");
    if (order === "admin") assert.ok(visit("app") !== undefined);
    await pass(40_000);
    assert.deepEqual(orders(), ["stop app stop"]);
  });
}

for (const [rule, tail] of [
  ["that shows use", [download(IDLE_MS - 3_000, IDLE_MS - 2_000)]],
  ["that shows none", []],
] as const) {
  test(`an order during the last reading of an idle recall is carried out: one ${rule}`, async () => {
    const fixture = await open();
    const { pass, lifecycle, record, engine, orders, emitted } = fixture;
    flow(fixture, tail);
    const { usage } = engine;
    engine.usage = (ref) => {
      if (record.recall !== undefined) lifecycle.sleep(record);
      return usage(ref);
    };
    await pass(IDLE_MS + 6_000);
    assert.deepEqual(orders(), ["stop app stop"]);
    assert.equal(emitted("stopped").at(-1)?.reason, "admin");
  });
}

test("a request during the last reading of an idle recall keeps the app awake", async () => {
  const { clock, pass, visit, record, engine, status } = await open();
  const { usage } = engine;
  engine.usage = async (ref) => {
    if (record.recall !== undefined) visit("app");
    await clock.sleep(10);
    return usage(ref);
  };
  await pass(IDLE_MS + 6_000);
  assert.equal(status("app"), "ready");
  assert.equal(record.recall, undefined);
});

test("an order during an idle recall is not kept waiting for the end of the idle time", async () => {
  const { clock, lifecycle, record, status } = await openFetched();
  await clock.advance(IDLE_MS - 4_000);
  assert.ok(record.recall !== undefined && record.recall.order === undefined);
  lifecycle.sleep(record);
  await clock.settle();
  assert.equal(record.recall, undefined);
  assert.equal(status("app"), "draining");
});

for (const [rule, isReadable] of [
  ["is stopped on time", true],
  ["counts as used just now if its counters cannot be read", false],
] as const) {
  test(`an app that Traefik sends auth requests for again, by its settings, ${rule}`, async () => {
    const { clock, pass, record, front, engine, saved, status } = await open();
    await pass(20_000);
    assert.ok(record.directMs > 0, "forgotten although Traefik forwards without asking");
    const dueMs = record.lastActivityMs + IDLE_MS;
    front.whenAwake = "ask";
    const { usage } = engine;
    if (!isReadable) engine.usage = () => Promise.resolve(undefined);
    await pass(13_000);
    engine.usage = usage;
    assert.equal(record.directMs, 0);
    await clock.advance(2_000);
    assert.equal(saved.get("app")?.direct, undefined);
    await pass(dueMs + 3_000 - clock.now());
    assert.equal(status("app"), isReadable ? "asleep" : "ready");
    await pass(40_000);
    assert.equal(status("app"), "asleep");
  });
}

test("a recall that was ended leaves alone the one that follows at once", async () => {
  const { clock, lifecycle, record, emitted, front } = await openFetched();
  await clock.advance(IDLE_MS - 4_000);
  assert.ok(record.recall !== undefined);
  front.frozen = true;
  lifecycle.wake(record, "admin");
  lifecycle.sleep(record);
  await clock.advance(1_500);
  front.frozen = false;
  await clock.advance(3_000);
  assert.equal(emitted("stopped")[0]?.reason, "admin");
});

test("a Traefik that stops fetching puts every stop off, until it fetches", async () => {
  const { pass, status, lifecycle, record, front } = await open();
  front.frozen = true;
  lifecycle.sleep(record);
  await pass(120_000);
  assert.equal(status("app"), "ready");
  assert.deepEqual(record.recall?.waitsOn, ["10.0.0.7"]);
  front.frozen = false;
  await pass(12_000);
  assert.equal(status("app"), "asleep");
});

for (const [tier, keys] of [
  ["a pause", { pauseAfterMs: 20_000 }],
  ["a throttle", { throttleAfterMs: 20_000 }],
] as const) {
  test(`${tier} is recalled first`, async () => {
    const { pass, record, engine, front } = await open({ name: "app", ...keys });
    front.frozen = true;
    const done = () => engine.calls.some((call) => /^(stop app pause|throttle)/u.test(call));
    await pass(40_000);
    assert.ok(record.recall !== undefined && !done());
    front.frozen = false;
    await pass(10_000);
    assert.ok(done());
  });
}

for (const [rule, cause] of [
  ["an administrator's wake", "admin"],
  ["the opening of its schedule", "schedule"],
] as const) {
  test(`${rule} ends the recall of a stop that was ordered`, async () => {
    const { pass, status, lifecycle, record } = await open();
    lifecycle.sleep(record);
    await pass(1_000);
    lifecycle.wake(record, cause);
    await pass(20_000);
    assert.equal(status("app"), "ready");
  });
}

test("what is no longer configured is not recalled any more", async () => {
  const { configure, pass, lifecycle, record, front } = await open();
  front.frozen = true;
  lifecycle.sleep(record);
  await configure(fixtureSettings([{ name: "other" }]));
  assert.equal(record.recall, undefined);
  await configure(fixtureSettings([{ name: "app" }]));
  await pass(2_000);
  assert.equal(record.recall, undefined);
});

test("a fault in what a recall was for names the workload, and its deadlines go on", async () => {
  const { pass, lifecycle, record, emitted } = await open();
  orderAfterRecall(lifecycle.context, record, () => {
    throw new Error("broken");
  });
  await pass(8_000);
  assert.match(emitted("fault")[0]?.message ?? "", /"app"/u);
  assert.equal(record.recall, undefined);
  assert.ok(record.timer !== undefined);
});
