import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupSettings } from "../../src/core/settings.ts";
import type { Probe } from "../../src/lifecycle/ports.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { NOT_READY } from "../support/probing.ts";
import { openHouse, type TestHouse } from "./lifecycle-house.ts";

const IDLE = 60_000;

function openGroup(
  group: Partial<GroupSettings> = {},
  fakes: Record<string, Partial<FakeWorkload>> = {},
): Promise<TestHouse> {
  const members = ["a", "b", "c"].map((name) => ({ name, hosts: [], idleTimeoutMs: IDLE }));
  return openHouse(members, { fakes, groups: [{ name: "web", members: ["a", "b", "c"], ...group }] });
}

const crashes = { listenMs: Infinity, endsAfterMs: 100 };

test("without a target all members are woken, and the first that is ready serves", async () => {
  const house = await openGroup({}, { a: { listenMs: 3_000 }, b: { listenMs: 1_000 }, c: { listenMs: 2_000 } });
  const guest = house.visit("web");
  await house.clock.advance(1_100);
  assert.equal(guest.answer, "forward b");
  assert.deepEqual(house.orders(), ["start a", "start b", "start c"]);
});

test("ready members take turns", async () => {
  const house = await openGroup();
  house.visit("web");
  await house.clock.advance(100);
  const guests = Array.from({ length: 6 }, () => house.visit("web"));
  await house.clock.settle();
  const counts = Object.groupBy(guests, ({ answer }) => answer);
  assert.deepEqual(
    Object.values(counts).map((list) => list?.length),
    [2, 2, 2],
  );
});

test("one member that fails never fails the group, and is not waited for", async () => {
  const house = await openGroup({}, { a: crashes, b: { listenMs: 1_000 }, c: { refusesStart: "no" } });
  const guest = house.visit("web");
  await house.clock.advance(500);
  assert.equal(guest.answer, "");
  await house.clock.advance(600);
  assert.equal(guest.answer, "forward b");
  const next = house.visit("web");
  await house.clock.settle();
  assert.equal(next.answer, "forward b");
});

test("a group fails at once when its last member has failed", async () => {
  const house = await openGroup({}, { a: crashes, b: { ...crashes, endsAfterMs: 900 }, c: { refusesStart: "no" } });
  const guest = house.visit("web");
  await house.clock.advance(800);
  assert.equal(guest.answer, "");
  await house.clock.advance(200);
  assert.match(guest.answer, /^failed/u);
  assert.deepEqual(
    house.told("hold").map(({ outcome }) => outcome),
    ["failed"],
  );
});

test("with a target one member is woken first, the next when its requests in flight reach it", async () => {
  const house = await openGroup({ targetConcurrency: 2 });
  const guests = [house.visit("web")];
  await house.clock.advance(100);
  assert.deepEqual(house.orders(), ["start a"]);
  guests.push(house.visit("web"));
  await house.clock.advance(100);
  assert.deepEqual(house.orders(), ["start b"]);
  guests.push(house.visit("web"), house.visit("web"));
  await house.clock.advance(100);
  assert.deepEqual(house.record("a").leases + house.record("b").leases, 4);
});

test("with a target the next member is woken when the first one fails, and who waits is served by it", async () => {
  const house = await openGroup({ targetConcurrency: 5 }, { a: crashes });
  const guest = house.visit("web");
  await house.clock.advance(400);
  assert.equal(guest.answer, "forward b");
  assert.deepEqual(house.orders(), ["start a", "start b"]);
  assert.deepEqual(
    house.told("hold").map(({ outcome }) => outcome),
    ["ready"],
  );
});

test("with a target an event about another member wakes nobody", async () => {
  const house = await openGroup({ targetConcurrency: 5 }, { a: { listenMs: 2_000 } });
  house.visit("web");
  await house.clock.advance(100);
  house.engine.remove("c");
  house.engine.startOutside("b");
  house.engine.stopOutside("b");
  await house.clock.advance(100);
  assert.deepEqual(house.orders(), ["start a"]);
});

test("a member that is stopped on purpose while another serves stays stopped", async () => {
  const house = await openGroup();
  house.visit("web");
  await house.clock.advance(100);
  house.engine.stopOutside("b");
  await house.clock.settle();
  house.orders();
  for (let count = 0; count < 10; count += 1) house.visit("web");
  await house.clock.advance(1_000);
  assert.deepEqual(house.orders(), []);
  assert.equal(house.status("b"), "asleep");
});

test("a sticky client goes to its member while that is ready, and to another when it is not", async () => {
  const house = await openGroup({ sticky: "member" });
  house.visit("web");
  await house.clock.advance(100);
  const stuck = Array.from({ length: 3 }, () => house.visit("web", { sticky: "c" }));
  await house.clock.settle();
  assert.deepEqual(
    stuck.map(({ answer }) => answer),
    ["forward c", "forward c", "forward c"],
  );
  house.engine.stopOutside("c");
  await house.clock.settle();
  const moved = house.visit("web", { sticky: "c" });
  const stranger = house.visit("web", { sticky: "nobody" });
  await house.clock.settle();
  assert.match(moved.answer, /^forward [ab]$/u);
  assert.match(stranger.answer, /^forward [ab]$/u);
});

test("each member is idle by itself", async () => {
  const house = await openGroup();
  const guest = house.visit("web");
  await house.clock.advance(100);
  await house.clock.advance(2 * IDLE);
  const used = guest.admission?.kind === "forward" ? guest.admission.record.name : "";
  for (const name of ["a", "b", "c"]) assert.equal(house.status(name), name === used ? "ready" : "asleep");
});

test("least-connections looks at what is open", async () => {
  const house = await openGroup({ strategy: "least-connections" });
  house.visit("web");
  await house.clock.advance(100);
  for (let count = 0; count < 8; count += 1) {
    house.visit("web");
    await house.clock.settle();
  }
  assert.deepEqual(
    ["a", "b", "c"].map((name) => house.record(name).leases),
    [3, 3, 3],
  );
});

test("an idle member that drains is left to it while another one is ready", async () => {
  const members = ["a", "b"].map((name) => ({ name, hosts: [], idleTimeoutMs: IDLE, busyPath: "/busy" }));
  const house = await openHouse(members, { groups: [{ name: "web", members: ["a", "b"] }] });
  const probe = house.engine.probe as { http: Probe["http"] };
  probe.http = async () => {
    await house.clock.sleep(1_000);
    return NOT_READY;
  };
  const stays = house.visit("web");
  await house.clock.advance(IDLE + 500);
  const other = stays.answer === "forward a" ? "b" : "a";
  assert.equal(house.status(other), "draining");
  house.visit("web");
  await house.clock.advance(1_000);
  assert.equal(house.status(other), "asleep");
});
