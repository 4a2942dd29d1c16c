import assert from "node:assert/strict";
import { test } from "node:test";
import type { News } from "../../src/lifecycle/ports.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";

const process = { command: ["x"], cwd: "", env: {}, port: 80 };

test("an engine that goes down does not affect what was stopped in another engine", async () => {
  const fixture = await openLifecycle([{ name: "app", wakeAfterStop: "started" }]);
  fixture.visit("app").leave();
  await fixture.clock.advance(2_000);
  fixture.engine.stopOutside("app");
  await fixture.clock.advance(15_000);
  fixture.processes.notifyChange(undefined, { kind: "cut" });
  await fixture.clock.settle();
  const client = fixture.visit("app");
  await fixture.clock.advance(50);
  assert.equal(client.answer, "suspended");
});

for (const news of [
  { kind: "ending" },
  { kind: "ended", ordered: true },
  { kind: "removed" },
  { kind: "renamed", from: "local" },
] as const satisfies readonly News[]) {
  test(`what is ${news.kind} in one engine does not affect its namesake in another`, async () => {
    const fixture = await openLifecycle([{ name: "local", process }], { fakes: { local: { status: "running" } } });
    fixture.engine.add("local", { status: "running" });
    await fixture.clock.advance(1_000);
    assert.equal(fixture.status("local"), "ready");
    fixture.engine.notifyChange(news.kind === "renamed" ? "local-old" : "local", news);
    await fixture.clock.settle();
    assert.equal(fixture.lifecycle.context.truces.of("local"), undefined);
    const client = fixture.visit("local");
    await fixture.clock.settle();
    assert.equal(client.answer, "forward local");
    assert.equal(fixture.status("local"), "ready");
  });
}
