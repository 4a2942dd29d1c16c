import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkloadSettings } from "../../src/core/settings.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { type FakeClient, type LifecycleFixture, openLifecycle } from "./lifecycle-fixture.ts";

// The port that no host names is the usual one.

function open(fake: Partial<FakeWorkload>, settings: Partial<WorkloadSettings>): Promise<LifecycleFixture> {
  const store = {
    name: "store",
    hosts: ["s3.test", "console.test"],
    targetPort: 80,
    hostPorts: { "console.test": 9001 },
  };
  return openLifecycle([{ ...store, idleTimeoutMs: 60_000, startTimeoutMs: 30_000, ...settings }], {
    fakes: { store: fake },
  });
}

function portOf({ admission }: FakeClient): number | undefined {
  return admission?.kind === "forward" ? admission.forward.to.port : undefined;
}

test("which port was found is remembered, although one that a host names was ready first", async () => {
  const found = { host: "store", port: 80, published: false, targetPort: 80 };
  const fixture = await open({ endpoint: found, listenMs: 5_000, otherPorts: { 9001: 0 } }, { findsPort: true });
  fixture.visit("console.test");
  await fixture.clock.advance(7_000);
  assert.equal(fixture.record("store").answeredPort, 80);
});

test("busy_path is asked at the port that no host names, whichever was ready first", async () => {
  const fixture = await open({ listenMs: 5_000, otherPorts: { 9001: 0 } }, { busyPath: "/busy" });
  const { probe } = fixture.lifecycle.context;
  const { http } = probe;
  const asked: number[] = [];
  probe.http = (endpoint, ...rest) => {
    asked.push(endpoint.port);
    return http(endpoint, ...rest);
  };
  const client = fixture.visit("console.test");
  await fixture.clock.advance(6_000);
  client.close();
  await fixture.clock.advance(61_000);
  assert.deepEqual(new Set(asked), new Set([80]));
  assert.equal(fixture.status("store"), "ready");
});

test("health_path is asked at the port that no host names, and keeps the other ones from nothing", async () => {
  const fixture = await open({ otherPorts: { 9001: 0 }, http: () => false }, { healthPath: "/health" });
  const [s3, console] = [fixture.visit("s3.test"), fixture.visit("console.test")];
  await fixture.clock.advance(2_000);
  assert.deepEqual([s3.answer, portOf(console)], ["", 9001]);
  fixture.engine.get("store").http = () => true;
  await fixture.clock.advance(1_000);
  assert.equal(portOf(s3), 80);
});
