import assert from "node:assert/strict";
import { test } from "node:test";
import { TRUCE_MS } from "../../src/lifecycle/reconcile/truces.ts";
import { houseSettings, openHouse, type TestHouse } from "./lifecycle-house.ts";

const settings = [{ name: "app", idleTimeoutMs: 60_000 }];

async function readyHouse(): Promise<TestHouse> {
  const house = await openHouse(settings);
  const guest = house.visit("app");
  await house.clock.advance(50);
  guest.close();
  house.orders();
  return house;
}

test("what somebody else stopped is started for a request that waits, but only after 10 s", async () => {
  const house = await readyHouse();
  house.engine.stopOutside("app");
  await house.clock.advance(1_000);
  const [api, page] = [house.visit("app"), house.visit("app", { kind: "navigation" })];
  await house.clock.advance(TRUCE_MS - 1_100);
  assert.deepEqual([api.answer, page.answer, house.orders()], ["", "page", []]);
  const { state } = house.record("app");
  assert.equal(state.status === "starting" && state.phase, "updating");
  await house.clock.advance(200);
  assert.equal(api.answer, "forward app");
  assert.ok((house.record("app").wakesMs.at(-1) ?? Infinity) < 1_000, "the wait is no part of what a wake takes");
});

test("any start by somebody else ends the wait, and nothing is started by us", async () => {
  const house = await readyHouse();
  house.engine.stopOutside("app");
  const guest = house.visit("app");
  await house.clock.advance(3_000);
  house.engine.startOutside("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(house.orders(), []);
});

for (const [what, end] of [
  ["crashed", ({ engine }) => engine.crash("app")],
  ["was put to sleep", ({ clock }) => clock.advance(60_100)],
] as const satisfies readonly (readonly [string, (house: TestHouse) => Promise<void> | void])[]) {
  test(`what ${what} is woken at once`, async () => {
    const house = await readyHouse();
    await end(house);
    await house.clock.settle();
    const guest = house.visit("app");
    await house.clock.advance(50);
    assert.equal(guest.answer, "forward app");
  });
}

test("what is removed and made anew is waited for, as long as something goes on, and started by who makes it", async () => {
  const house = await readyHouse();
  house.engine.stopOutside("app");
  const guest = house.visit("app");
  await house.clock.advance(8_000);
  house.engine.remove("app");
  await house.clock.advance(8_000);
  house.engine.add("app", { endpoint: { host: "other", port: 80, published: false } });
  await house.clock.advance(8_000);
  assert.deepEqual([guest.answer, house.orders()], ["", []]);
  house.engine.startOutside("app");
  await house.clock.advance(50);
  assert.equal(guest.answer, "forward app");
  assert.equal(guest.admission?.kind === "forward" && guest.admission.forward.to.host, "other");
  assert.deepEqual(house.orders(), []);
});

test("who waits for a container that does not come back is told so after 10 s", async () => {
  const house = await readyHouse();
  house.engine.remove("app");
  await house.clock.settle();
  const guest = house.visit("app");
  await house.clock.advance(TRUCE_MS - 100);
  assert.equal(guest.answer, "");
  await house.clock.advance(200);
  assert.match(guest.answer, /^failed absent/u);
});

test("nobody is sent to an app whose end somebody else has ordered, unless it goes on all the same", async () => {
  const house = await readyHouse();
  house.engine.hint("app", { kind: "ending" });
  const guest = house.visit("app");
  await house.clock.advance(14_900); // Docker kills after 10 s
  assert.equal(guest.answer, "");
  await house.clock.advance(200);
  assert.equal(guest.answer, "forward app");
  assert.deepEqual(
    house.orders().filter((order) => order.startsWith("stop")),
    [],
  );
});

test("a request that waits goes where its host goes when the settings change", async () => {
  const group = { name: "web", hosts: ["web.test"], members: ["a", "b"] };
  const member = { hosts: [], idleTimeoutMs: 60_000 };
  const house = await openHouse(
    [
      { ...member, name: "a" },
      { ...member, name: "b" },
    ],
    { groups: [group], fakes: { a: { startMs: 1_000 }, b: { startMs: 1_000 } } },
  );
  const guest = house.visit("web");
  await house.clock.settle();
  house.engine.remove("b");
  await house.configure(houseSettings([{ name: "a", hosts: ["web.test"], idleTimeoutMs: 60_000 }]));
  await house.clock.advance(1_100);
  assert.equal(guest.answer, "forward a");
});

test("a request that waits for a host that has moved to another container goes there", async () => {
  const needed = [{ name: "c", hosts: ["c.test"], dependsOn: [{ name: "app", condition: "healthy" }] }] as const;
  const house = await openHouse([{ name: "app" }, ...needed], { fakes: { app: { startMs: 60_000 } } });
  const guest = house.visit("app");
  await house.clock.settle();
  house.engine.add("next");
  await house.configure(houseSettings([{ name: "app", hosts: [] }, { name: "next", hosts: ["app.test"] }, ...needed]));
  await house.clock.advance(100);
  assert.equal(guest.answer, "forward next");
});
