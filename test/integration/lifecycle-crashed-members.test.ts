import assert from "node:assert/strict";
import { test } from "node:test";
import { openLifecycle, type LifecycleFixture } from "./lifecycle-fixture.ts";

const IDLE = 60_000;

/** A group of two that are both awake. */
async function awakePair(): Promise<LifecycleFixture> {
  const member = { hosts: [], idleTimeoutMs: IDLE };
  const fixture = await openLifecycle(
    [
      { ...member, name: "a" },
      { ...member, name: "b" },
    ],
    {
      groups: [{ name: "web", hosts: ["web.test"], members: ["a", "b"] }],
    },
  );
  await ask(fixture);
  assert.deepEqual([fixture.status("a"), fixture.status("b")], ["ready", "ready"]);
  fixture.orders();
  return fixture;
}

/** One request, which must not wait. */
async function ask(fixture: LifecycleFixture): Promise<void> {
  const client = fixture.visit("web");
  await fixture.clock.advance(100);
  assert.match(client.answer, /^forward/u);
  client.close();
}

test("a member that crashed is woken behind the next request, which another one answers", async () => {
  const fixture = await awakePair();
  fixture.engine.crash("b");
  await fixture.clock.settle();
  const client = fixture.visit("web");
  await fixture.clock.settle();
  assert.equal(client.answer, "forward a");
  await fixture.clock.advance(100);
  assert.deepEqual([fixture.orders(), fixture.status("b")], [["start b"], "ready"]);
});

test("a member that crashes repeatedly is woken less and less often", async () => {
  const fixture = await awakePair();
  fixture.engine.get("b").endsAfterMs = 200;
  fixture.engine.crash("b");
  for (let second = 0; second < 60; second += 1) {
    await fixture.clock.advance(900);
    await ask(fixture);
  }
  const starts = fixture.orders().filter((order) => order === "start b").length;
  assert.ok(starts >= 3 && starts <= 6, `${starts} starts in a minute`);
});

test("a member whose start fails is tried again behind a request, after its cool-down", async () => {
  const fixture = await awakePair();
  const b = fixture.engine.get("b");
  Object.assign(b, { endsAfterMs: 10, listenMs: 1_000 });
  fixture.engine.crash("b");
  await fixture.clock.settle();
  await ask(fixture);
  assert.equal(fixture.status("b"), "failed");
  await ask(fixture);
  assert.equal(fixture.orders().filter((order) => order === "start b").length, 1);
  Object.assign(b, { endsAfterMs: undefined, listenMs: 0 });
  await fixture.clock.advance(3_000);
  await ask(fixture);
  assert.equal(fixture.status("b"), "ready");
});

for (const [what, end] of [
  ["was stopped by somebody else", ({ engine }) => engine.stopOutside("b")],
  ["was removed", ({ engine }) => engine.remove("b")],
  ["was paused by somebody else", ({ engine }) => engine.pauseOutside("b")],
  [
    "was put to sleep for lack of use",
    async (fixture) => {
      // Only the other one is used meanwhile.
      for (let count = 0; count < 20 && fixture.status("b") === "ready"; count += 1) {
        const [one, two] = [fixture.visit("web"), fixture.visit("web")];
        await fixture.clock.settle();
        for (const client of [one, two]) if (client.answer === "forward b") client.close();
        await fixture.clock.advance(IDLE / 4);
      }
    },
  ],
] as const satisfies readonly (readonly [string, (fixture: LifecycleFixture) => Promise<void> | void])[]) {
  test(`a member that ${what} stays so while others answer`, async () => {
    const fixture = await awakePair();
    await end(fixture);
    await fixture.clock.settle();
    const status = fixture.status("b");
    fixture.orders();
    for (let count = 0; count < 5; count += 1) await ask(fixture);
    await fixture.clock.advance(15_000);
    await ask(fixture);
    assert.deepEqual([fixture.orders(), fixture.status("b")], [[], status]);
  });
}
