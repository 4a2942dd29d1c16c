import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../src/lifecycle/ports.ts";
import { type ForwardAuthFixture, openForwardAuth } from "./auth-fixture.ts";
import { download, flow, tcpCheck } from "./flow.ts";

const IDLE_MS = 60_000;
const AWAY_MS = 200_000;

for (const [idleSignal, use] of [
  [undefined, () => ({})],
  ["connections", (ms) => ({ connections: ms > 20_000 && ms < AWAY_MS ? 1 : 0 })],
  ["cpu", (ms) => ({ cpuMs: Math.min(Math.max(0, ms - AWAY_MS / 2), 5_000) })],
] as const satisfies [Workload["idleSignal"], Parameters<typeof flow>[2]][]) {
  test(`use while the engine is away is seen after its return (idle_signal: ${idleSignal})`, async (t) => {
    const fixture = await awake(t, { idleSignal });
    flow(fixture, idleSignal === undefined ? [download(20_000, AWAY_MS)] : [], use);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(10_000);
    fixture.engine.reachable(false);
    await fixture.clock.advance(AWAY_MS - 10_000);
    fixture.engine.reachable(true);
    await fixture.clock.advance(IDLE_MS - 1_000);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(IDLE_MS / 10 + 3_500);
    assert.equal(fixture.status("app"), "asleep");
  });
}

test("a request while the engine is away may be followed by use that no later reading shows", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [download(0, AWAY_MS)]);
  fixture.engine.reachable(false);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(AWAY_MS);
  fixture.engine.reachable(true);
  await fixture.clock.advance(IDLE_MS - 1_000);
  assert.equal(fixture.status("app"), "ready");
});

test("an engine that returns right before the stop is no sign of rest", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [download(20_000, IDLE_MS - 100)]);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(10_000);
  fixture.engine.reachable(false);
  await fixture.clock.advance(IDLE_MS - 10_000 - 100);
  fixture.engine.reachable(true);
  await fixture.clock.advance(IDLE_MS - 1_000);
  assert.equal(fixture.status("app"), "ready");
});

test("an app is not stopped while its counters cannot be reached, although the engine answers otherwise", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [download(20_000, AWAY_MS)]);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(10_000);
  const { usage } = fixture.engine;
  fixture.engine.usage = () => Promise.reject(new EngineError("unreachable", "no answer within 10 s"));
  await fixture.clock.advance(AWAY_MS - 10_000);
  fixture.engine.usage = usage;
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(2 * IDLE_MS);
  assert.equal(fixture.status("app"), "asleep");
});

test("counters that never come back keep an app awake for ten minutes, if the engine answers otherwise", async (t) => {
  const fixture = await awake(t);
  await fixture.ask("/_auth/traefik");
  fixture.engine.usage = () => Promise.reject(new EngineError("unreachable", "no answer within 10 s"));
  await fixture.clock.advance(8 * 60_000);
  fixture.engine.reachable(false);
  await fixture.clock.advance(60_000);
  fixture.engine.reachable(true);
  await fixture.clock.advance(9 * 60_000);
  assert.equal(fixture.status("app"), "ready", "they count from the return of the engine");
  await fixture.clock.advance(3 * 60_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("counters that stood still while the engine was away delay no stop", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [tcpCheck]);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(10_000);
  fixture.engine.reachable(false);
  await fixture.clock.advance(40_000);
  fixture.engine.reachable(true);
  await fixture.clock.advance(11_000);
  assert.equal(fixture.status("app"), "asleep");
});

type Context = Parameters<typeof openForwardAuth>[0];
type Workload = Parameters<typeof openForwardAuth>[1][number];

function awake(t: Context, settings: Partial<Workload> = {}): Promise<ForwardAuthFixture> {
  return openForwardAuth(t, [{ name: "app", idleTimeoutMs: IDLE_MS, ...settings }], {
    fakes: { app: { status: "running" } },
  });
}
