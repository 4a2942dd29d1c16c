import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupSettings } from "../../src/core/settings.ts";
import type { Probe } from "../../src/lifecycle/ports.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { NOT_READY } from "../support/probing.ts";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const IDLE = 60_000;

function openGroup(
  group: Partial<GroupSettings> = {},
  fakes: Record<string, Partial<FakeWorkload>> = {},
): Promise<LifecycleFixture> {
  const members = ["a", "b", "c"].map((name) => ({ name, hosts: [], idleTimeoutMs: IDLE }));
  return openLifecycle(members, { fakes, groups: [{ name: "web", members: ["a", "b", "c"], ...group }] });
}

const crashes = { listenMs: Infinity, endsAfterMs: 100 };

test("without a target all members are woken, and the first that is ready serves", async () => {
  const fixture = await openGroup({}, { a: { listenMs: 3_000 }, b: { listenMs: 1_000 }, c: { listenMs: 2_000 } });
  const client = fixture.visit("web");
  await fixture.clock.advance(1_100);
  assert.equal(client.answer, "forward b");
  assert.deepEqual(fixture.orders(), ["start a", "start b", "start c"]);
});

test("ready members take turns", async () => {
  const fixture = await openGroup();
  fixture.visit("web");
  await fixture.clock.advance(100);
  const clients = Array.from({ length: 6 }, () => fixture.visit("web"));
  await fixture.clock.settle();
  const counts = Object.groupBy(clients, ({ answer }) => answer);
  assert.deepEqual(
    Object.values(counts).map((list) => list?.length),
    [2, 2, 2],
  );
});

test("one member that fails never fails the group, and is not waited for", async () => {
  const fixture = await openGroup({}, { a: crashes, b: { listenMs: 1_000 }, c: { refusesStart: "no" } });
  const client = fixture.visit("web");
  await fixture.clock.advance(500);
  assert.equal(client.answer, "");
  await fixture.clock.advance(600);
  assert.equal(client.answer, "forward b");
  const next = fixture.visit("web");
  await fixture.clock.settle();
  assert.equal(next.answer, "forward b");
});

test("a group fails at once when its last member has failed", async () => {
  const fixture = await openGroup({}, { a: crashes, b: { ...crashes, endsAfterMs: 900 }, c: { refusesStart: "no" } });
  const client = fixture.visit("web");
  await fixture.clock.advance(800);
  assert.equal(client.answer, "");
  await fixture.clock.advance(200);
  assert.match(client.answer, /^failed/u);
  assert.deepEqual(
    fixture.emitted("hold").map(({ outcome }) => outcome),
    ["failed"],
  );
});

test("with a target one member is woken first, the next when its requests in flight reach it", async () => {
  const fixture = await openGroup({ targetConcurrency: 2 });
  const clients = [fixture.visit("web")];
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["start a"]);
  clients.push(fixture.visit("web"));
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["start b"]);
  clients.push(fixture.visit("web"), fixture.visit("web"));
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.record("a").leases + fixture.record("b").leases, 4);
});

test("with a target the next member is woken when the first one fails, and serves the held requests", async () => {
  const fixture = await openGroup({ targetConcurrency: 5 }, { a: crashes });
  const client = fixture.visit("web");
  await fixture.clock.advance(400);
  assert.equal(client.answer, "forward b");
  assert.deepEqual(fixture.orders(), ["start a", "start b"]);
  assert.deepEqual(
    fixture.emitted("hold").map(({ outcome }) => outcome),
    ["ready"],
  );
});

test("with a target a suspended member that cannot be stopped does not keep the next one asleep", async () => {
  const fixture = await openGroup({ targetConcurrency: 5 }, { a: { refusesStop: "no" } });
  const first = fixture.visit("web");
  await fixture.clock.advance(100);
  first.close();
  fixture.lifecycle.suspend(fixture.record("a"), 3_600_000);
  await fixture.clock.advance(100);
  fixture.orders();
  const client = fixture.visit("web");
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["start b"]);
  assert.equal(client.answer, "forward b");
});

test("with a target an event about another member wakes nobody", async () => {
  const fixture = await openGroup({ targetConcurrency: 5 }, { a: { listenMs: 2_000 } });
  fixture.visit("web");
  await fixture.clock.advance(100);
  fixture.engine.remove("c");
  fixture.engine.startOutside("b");
  fixture.engine.stopOutside("b");
  await fixture.clock.advance(100);
  assert.deepEqual(fixture.orders(), ["start a"]);
});

test("a member that is stopped on purpose while another serves stays stopped", async () => {
  const fixture = await openGroup();
  fixture.visit("web");
  await fixture.clock.advance(100);
  fixture.engine.stopOutside("b");
  await fixture.clock.settle();
  fixture.orders();
  for (let count = 0; count < 10; count += 1) fixture.visit("web");
  await fixture.clock.advance(1_000);
  assert.deepEqual(fixture.orders(), []);
  assert.equal(fixture.status("b"), "asleep");
});

test("a sticky client goes to its member while that is ready, and to another when it is not", async () => {
  const fixture = await openGroup({ sticky: "member" });
  fixture.visit("web");
  await fixture.clock.advance(100);
  const stuck = Array.from({ length: 3 }, () => fixture.visit("web", { sticky: "c" }));
  await fixture.clock.settle();
  assert.deepEqual(
    stuck.map(({ answer }) => answer),
    ["forward c", "forward c", "forward c"],
  );
  fixture.engine.stopOutside("c");
  await fixture.clock.settle();
  const moved = fixture.visit("web", { sticky: "c" });
  const stranger = fixture.visit("web", { sticky: "nobody" });
  await fixture.clock.settle();
  assert.match(moved.answer, /^forward [ab]$/u);
  assert.match(stranger.answer, /^forward [ab]$/u);
});

test("each member is idle by itself", async () => {
  const fixture = await openGroup();
  const client = fixture.visit("web");
  await fixture.clock.advance(100);
  await fixture.clock.advance(2 * IDLE);
  const used = client.admission?.kind === "forward" ? client.admission.record.name : "";
  for (const name of ["a", "b", "c"]) assert.equal(fixture.status(name), name === used ? "ready" : "asleep");
});

test("least-connections counts open requests", async () => {
  const fixture = await openGroup({ strategy: "least-connections" });
  fixture.visit("web");
  await fixture.clock.advance(100);
  for (let count = 0; count < 8; count += 1) {
    fixture.visit("web");
    await fixture.clock.settle();
  }
  assert.deepEqual(
    ["a", "b", "c"].map((name) => fixture.record(name).leases),
    [3, 3, 3],
  );
});

test("an idle member that drains is left to it while another one is ready", async () => {
  const members = ["a", "b"].map((name) => ({ name, hosts: [], idleTimeoutMs: IDLE, busyPath: "/busy" }));
  const fixture = await openLifecycle(members, { groups: [{ name: "web", members: ["a", "b"] }] });
  const probe = fixture.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await fixture.clock.sleep(1_000);
    return NOT_READY;
  };
  const stays = fixture.visit("web");
  await fixture.clock.advance(IDLE + 500);
  const other = stays.answer === "forward a" ? "b" : "a";
  assert.equal(fixture.status(other), "draining");
  fixture.visit("web");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status(other), "asleep");
});
