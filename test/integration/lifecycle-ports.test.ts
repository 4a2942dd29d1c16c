import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { type FakeClient, fixtureSettings, type LifecycleFixture, openLifecycle } from "./lifecycle-fixture.ts";

const STORE = {
  name: "store",
  hosts: ["s3.test", "console.test"],
  targetPort: 80,
  hostPorts: { "console.test": 9001 },
  idleTimeoutMs: 60_000,
  startTimeoutMs: 30_000,
} satisfies Partial<WorkloadSettings>;

function open(fake: Partial<FakeWorkload>, settings: Partial<WorkloadSettings> = {}): Promise<LifecycleFixture> {
  return openLifecycle([{ ...STORE, ...settings }], { fakes: { store: fake } });
}

function portOf({ admission }: FakeClient): number | undefined {
  return admission?.kind === "forward" ? admission.forward.to.port : undefined;
}

for (const [late, early] of [
  ["console.test", "s3.test"],
  ["s3.test", "console.test"],
] as const) {
  test(`a request waits for the port of its own host alone: ${late} is late`, async () => {
    const ports = { "s3.test": 80, "console.test": 9001 };
    const fixture = await open(
      late === "s3.test"
        ? { listenMs: 5_000, otherPorts: { 9001: 100 } }
        : { listenMs: 100, otherPorts: { 9001: 5_000 } },
    );
    const [first, second] = [fixture.visit(early), fixture.visit(late)];
    await fixture.clock.advance(200);
    assert.deepEqual([portOf(first), second.answer], [ports[early], ""]);
    await fixture.clock.advance(4_700);
    assert.equal(second.answer, "", "its port takes no connections yet");
    await fixture.clock.advance(300);
    assert.equal(portOf(second), ports[late]);
    assert.deepEqual(fixture.orders(), ["start store"], "one start for both");
  });
}

test("a port that never opens fails its own host after start_timeout, and no other host", async () => {
  const fixture = await open({});
  const [s3, held] = [fixture.visit("s3.test"), fixture.visit("console.test", { handler: { maxHoldMs: 60_000 } })];
  await fixture.clock.advance(100);
  assert.equal(portOf(s3), 80);
  s3.close();
  await fixture.clock.advance(29_000);
  assert.equal(held.answer, "timed-out", "after hold_timeout, as for any app that takes long");
  const page = fixture.visit("console.test", { kind: "navigation" });
  await fixture.clock.settle();
  assert.equal(page.answer, "page");
  await fixture.clock.advance(2_000);
  const failed = fixture.visit("console.test");
  await fixture.clock.settle();
  assert.match(failed.answer, /^failed timeout: no answer on port 9001 within 30 s/u);
  const again = fixture.visit("s3.test");
  await fixture.clock.settle();
  assert.equal(portOf(again), 80);
  again.close();
  assert.equal(fixture.emitted("port-silent").length, 1);

  fixture.engine.get("store").otherPorts[9001] = 0;
  await fixture.clock.advance(1_500);
  const late = fixture.visit("console.test");
  await fixture.clock.settle();
  assert.equal(portOf(late), 9001, "it is served as soon as it opens");
  assert.deepEqual(fixture.orders(), ["start store"]);
});

test("a port that refuses after it was ready is waited for, while the other one is served", async () => {
  const fixture = await open({ otherPorts: { 9001: 0 } });
  const first = fixture.visit("console.test");
  await fixture.clock.advance(100);
  assert.equal(portOf(first), 9001);
  delete fixture.engine.get("store").otherPorts[9001];
  assert.ok(first.admission?.kind === "forward");
  fixture.lifecycle.context.dispatch(fixture.record("store"), {
    type: "refused",
    endpoint: first.admission.forward.to,
  });
  first.close();
  const [console, s3] = [fixture.visit("console.test"), fixture.visit("s3.test")];
  await fixture.clock.advance(500);
  assert.deepEqual([console.answer, portOf(s3)], ["", 80]);
  fixture.engine.get("store").otherPorts[9001] = 0;
  await fixture.clock.advance(50);
  assert.equal(portOf(console), 9001);
});

test("use of either host keeps the container awake, and either one wakes it", async () => {
  const fixture = await open({ otherPorts: { 9001: 0 } });
  for (const host of ["s3.test", "console.test"]) {
    for (let times = 0; times < 3; times += 1) {
      const client = fixture.visit(host);
      await fixture.clock.advance(100);
      client.close();
      await fixture.clock.advance(50_000);
      assert.equal(fixture.status("store"), "ready", `${host} is in use`);
    }
    await fixture.clock.advance(15_000);
    assert.equal(fixture.status("store"), "asleep");
  }
  assert.deepEqual(fixture.orders(), ["start store", "stop store stop", "start store", "stop store stop"]);
});

test("a request that waits for a port goes to the new one when only the port changes", async () => {
  const fixture = await open({ otherPorts: { 9002: 0 } });
  const [s3, held] = [fixture.visit("s3.test"), fixture.visit("console.test")];
  await fixture.clock.advance(100);
  assert.deepEqual([portOf(s3), held.answer], [80, ""]);
  s3.close();
  const ended: string[] = [];
  fixture.record("store").onRunOver = ({ port }) => void ended.push(String(port));
  await fixture.configure(fixtureSettings([{ ...STORE, hostPorts: { "console.test": 9002 } }]));
  assert.equal(fixture.status("store"), "ready", "the other host notices nothing");
  await fixture.clock.advance(100);
  assert.equal(portOf(held), 9002);
  assert.equal(fixture.record("store").gate?.to.port, 80);
  await fixture.configure(fixtureSettings([{ ...STORE, hostPorts: { "console.test": 9003 } }]));
  const waits = fixture.visit("console.test");
  await fixture.clock.advance(500);
  assert.equal(waits.answer, "");
  assert.deepEqual(ended, [], "what is in progress on a former port goes on");
  assert.deepEqual(fixture.orders(), ["start store"]);
});

test("requests of the other hosts never go to a port whose hosts are gone", async () => {
  const fixture = await open({ otherPorts: { 9001: 0 } });
  for (const host of ["s3.test", "console.test"]) fixture.visit(host).close();
  await fixture.clock.advance(500);
  const { hostPorts: _, ...plain } = STORE;
  await fixture.configure(fixtureSettings([plain]));
  const clients = [1, 2, 3].map(() => fixture.visit("s3.test"));
  await fixture.clock.settle();
  assert.deepEqual(clients.map(portOf), [80, 80, 80]);
});

test("each replica joins port by port, and one that is gone leaves all of them", async () => {
  const fixture = await open({ status: "running", replicas: 2, otherPorts: { 9001: 0 }, deaf: new Set(["store-2"]) });
  const targets = async (host: string): Promise<string[]> => {
    const clients = [1, 2, 3, 4].map(() => fixture.visit(host));
    await fixture.clock.settle();
    for (const client of clients) client.close();
    const seen = clients.map(({ admission }) =>
      admission?.kind === "forward" ? `${admission.forward.to.host}:${admission.forward.to.port}` : "",
    );
    return [...new Set(seen)].toSorted();
  };
  await fixture.clock.advance(500);
  assert.deepEqual(await targets("console.test"), ["store:9001"]);
  fixture.engine.get("store").deaf.clear();
  await fixture.clock.advance(2_000);
  assert.deepEqual(await targets("console.test"), ["store-2:9001", "store:9001"]);
  assert.deepEqual(await targets("s3.test"), ["store-2:80", "store:80"]);
  fixture.engine.get("store").gone.add("store-2");
  fixture.engine.notifyChange("store");
  await fixture.clock.advance(500);
  assert.deepEqual([await targets("console.test"), await targets("s3.test")], [["store:9001"], ["store:80"]]);
});

test("a dependent waits for the port that no host names", async () => {
  const fixture = await openLifecycle([STORE, { name: "app", dependsOn: [{ name: "store", condition: "healthy" }] }], {
    fakes: { store: { listenMs: 5_000, otherPorts: { 9001: 0 } } },
  });
  const app = fixture.visit("app");
  await fixture.clock.advance(4_000);
  assert.equal(app.answer, "");
  await fixture.clock.advance(1_500);
  assert.equal(app.answer, "forward app");
});

test("the hosts of a group route to a port of each member, which may differ", async () => {
  const member = { hosts: [], idleTimeoutMs: 0, hostPorts: { "console.test": 9001 } };
  const fixture = await openLifecycle(
    [
      { name: "a", ...member },
      { name: "b", ...member, hostPorts: { "console.test": 9002 } },
    ],
    {
      groups: [{ name: "g", hosts: ["s3.test", "console.test"], members: ["a", "b"] }],
      fakes: { a: { otherPorts: { 9001: 0 } }, b: { otherPorts: { 9002: 3_000 } } },
    },
  );
  const first = fixture.visit("console.test");
  await fixture.clock.advance(100);
  assert.equal(portOf(first), 9001);
  await fixture.clock.advance(3_500);
  const clients = [1, 2, 3, 4].map(() => fixture.visit("console.test"));
  await fixture.clock.settle();
  assert.deepEqual(new Set(clients.map(portOf)), new Set([9001, 9002]));
  const s3 = fixture.visit("s3.test");
  await fixture.clock.settle();
  assert.equal(portOf(s3), 80);
});

test("a port without an address is looked up again, and seldom once that has taken too long", async () => {
  const fixture = await open({});
  const { engine } = fixture;
  const { observe } = engine;
  engine.observe = (ref) => observe({ ...ref, namedPorts: [] });
  fixture.visit("s3.test").close();
  await fixture.clock.advance(100);
  const observed = (): number => engine.calls.filter((call) => call === "observe store").length;
  const before = observed();
  await fixture.clock.advance(5_000);
  assert.ok(observed() - before >= 4, "a port may be published, or a network connected");
  fixture.record("store").pinnedUntilMs = fixture.clock.now() + 600_000;
  await fixture.clock.advance(30_000);
  const late = observed();
  await fixture.clock.advance(10_000);
  assert.ok(observed() - late <= 2, `observed ${observed() - late} times in 10 s`);
  const failed = fixture.visit("console.test");
  await fixture.clock.settle();
  assert.match(failed.answer, /no address that the gateway can reach/u);
  engine.observe = observe;
  engine.get("store").otherPorts[9001] = 0;
  await fixture.clock.advance(31_000);
  const console = fixture.visit("console.test");
  await fixture.clock.settle();
  assert.equal(portOf(console), 9001);
});
