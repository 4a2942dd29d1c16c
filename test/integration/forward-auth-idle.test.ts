import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ForwardAuthFixture, type ForwardAuthOptions, openForwardAuth } from "./auth-fixture.ts";
import { download, flow, pings, tcpCheck } from "./flow.ts";

const IDLE_MS = 60_000;

describe("traffic that a front proxy sends directly to an app keeps it awake", () => {
  test("a download is not cut, and the stop follows an idle interval after its end", async (t) => {
    const fixture = await awake(t);
    flow(fixture, [download(0, 300_000)]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(300_000 + IDLE_MS - 1_000);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(IDLE_MS / 10 + 2_500);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("an ordinary response does not delay the stop", async (t) => {
    const fixture = await awake(t);
    flow(fixture, [download(0, 500)]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(IDLE_MS - 100);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(1_000);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("a download that begins right before the stop is seen, too", async (t) => {
    const fixture = await awake(t);
    flow(fixture, [download(IDLE_MS - 3_000, IDLE_MS + 30_000)]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(IDLE_MS + 40_000);
    assert.equal(fixture.status("app"), "ready");
  });

  test("a health check over TCP keeps nothing awake", async (t) => {
    const fixture = await awake(t);
    flow(fixture, [tcpCheck]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(IDLE_MS + 1_000);
    assert.equal(fixture.status("app"), "asleep");
  });

  for (const [what, headers] of [
    ["a WebSocket with pings", { "sec-websocket-key": "x", "sec-websocket-version": "13" }],
    ["an event stream with comments now and then", { accept: "text/event-stream" }],
    ["gRPC", { "content-type": "application/grpc+proto" }],
  ] as const) {
    test(`${what} is not cut, and the stop comes an idle interval after its end`, async (t) => {
      const fixture = await awake(t);
      flow(fixture, [pings(400_000)]);
      await fixture.ask("/_auth/traefik", headers);
      await fixture.clock.advance(400_000 + IDLE_MS - 21_000);
      assert.equal(fixture.status("app"), "ready");
      await fixture.clock.advance(21_000 + IDLE_MS / 10 + 2_500);
      assert.equal(fixture.status("app"), "asleep");
    });
  }

  test("as few packets without such a stream are a probe's", async (t) => {
    const fixture = await awake(t);
    flow(fixture, [pings(400_000)]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(IDLE_MS + 1_000);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("a trickle that is too thin for one reading is seen over several", async (t) => {
    const fixture = await awake(t, { idleTimeoutMs: 120_000 });
    flow(fixture, [{ fromMs: 0, toMs: 600_000, everyMs: 1_000, rx: [66, 1], tx: [166, 1] }]);
    await fixture.ask("/_auth/caddy");
    await fixture.clock.advance(600_000);
    assert.equal(fixture.status("app"), "ready");
  });

  test("the counters are read a dozen times in an interval, and not at all while auth requests arrive", async (t) => {
    const fixture = await awake(t);
    flow(fixture, []);
    for (let second = 0; second < 100; second += 1) {
      await fixture.ask("/_auth/traefik");
      await fixture.clock.advance(1_000);
    }
    fixture.engine.calls.length = 0;
    for (let second = 0; second < 60; second += 1) {
      await fixture.ask("/_auth/traefik");
      await fixture.clock.advance(1_000);
    }
    assert.deepEqual(
      fixture.engine.calls.filter((call) => call.startsWith("usage")),
      [],
    );
    await fixture.clock.advance(IDLE_MS + 2_000);
    const reads = fixture.engine.calls.filter((call) => call.startsWith("usage")).length;
    assert.ok(reads >= 3 && reads <= 14, `${reads} readings`);
    assert.equal(fixture.status("app"), "asleep");
  });
});

describe("idle_signal", () => {
  test("requests: traffic is not counted, even behind a front", async (t) => {
    const fixture = await awake(t, { idleSignal: "requests" });
    flow(fixture, [download(0, 600_000)]);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(IDLE_MS + 500);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("traffic counts only after an auth request, unless it is configured", async (t) => {
    for (const [idleSignal, status] of [
      [undefined, "asleep"],
      ["traffic", "ready"],
    ] as const) {
      const fixture = await awake(t, { idleSignal });
      flow(fixture, [download(0, 600_000)]);
      await fixture.clock.advance(IDLE_MS + 1_000);
      assert.equal(fixture.status("app"), status, String(idleSignal));
    }
  });

  test("connections: a silent open connection keeps it awake, and an interval after its end it sleeps", async (t) => {
    const fixture = await awake(t, { idleSignal: "connections" });
    flow(fixture, [], (ms) => ({ connections: ms < 200_000 ? 1 : 0 }));
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(200_000 + IDLE_MS - 7_000);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(10_000);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("cpu: CPU use keeps it awake without requests", async (t) => {
    const fixture = await awake(t, { idleSignal: "cpu" });
    flow(fixture, [], (ms) => ({ cpuMs: Math.min(ms, 300_000) * 0.2 }));
    await fixture.clock.advance(300_000);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(IDLE_MS + 10_000);
    assert.equal(fixture.status("app"), "asleep");
  });
});

test("a front and the proxy together have one idle clock: a stream of either keeps the app awake", async (t) => {
  const fixture = await awake(t);
  flow(fixture, []);
  await fixture.ask("/_auth/traefik");
  const client = fixture.visit("app");
  await fixture.clock.settle();
  assert.equal(client.admission?.kind, "forward");
  await fixture.clock.advance(5 * IDLE_MS);
  assert.equal(fixture.status("app"), "ready", "the proxy's request is open");
  client.close();
  await fixture.clock.advance(IDLE_MS / 2);
  await fixture.ask("/_auth/caddy");
  await fixture.clock.advance(IDLE_MS - 500);
  assert.equal(fixture.status("app"), "ready", "the front's question counts from its own moment");
  await fixture.clock.advance(2_500);
  assert.equal(fixture.status("app"), "asleep");
});

test("a restarted gateway remembers that a front carries its traffic, and doesn't cut a quiet stream", async (t) => {
  const options = { fakes: { app: { status: "running" } }, memories: { app: { seenByFront: true } } } as const;
  const fixture = await openForwardAuth(t, [{ name: "app", idleTimeoutMs: IDLE_MS }], options);
  flow(fixture, [pings(400_000)]);
  await fixture.clock.advance(390_000);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(IDLE_MS + 30_000);
  assert.equal(fixture.status("app"), "asleep");
  assert.equal(fixture.saved.get("app")?.seenByFront, true);
});

test("an ordered stop waits for requests that an auth request has allowed", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [download(0, 5_000)]);
  await fixture.ask("/_auth/traefik");
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(5_000);
  assert.equal(fixture.status("app"), "draining");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("but not forever", async (t) => {
  const fixture = await awake(t);
  flow(fixture, [download(0, 500_000)]);
  await fixture.ask("/_auth/traefik");
  fixture.lifecycle.sleep(fixture.record("app"));
  await fixture.clock.advance(31_000);
  assert.equal(fixture.status("app"), "asleep");
});

test("an auth request while the app drains keeps it awake, without a new start", async (t) => {
  const fixture = await awake(t);
  flow(fixture, []);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(IDLE_MS - 100);
  fixture.engine.get("app").stopMs = 1_000;
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(IDLE_MS - 100);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(fixture.orders(), []);
});

test("a late first reading leaves no time to see a quiet stream: the check takes longer", async (t) => {
  const fixture = await awake(t, { idleTimeoutMs: 4_000 });
  flow(fixture, [{ ...pings(60_000), everyMs: 1_500 }]);
  const { usage } = fixture.engine;
  const delaysMs = [2_950];
  fixture.engine.usage = async (ref) => {
    await fixture.clock.sleep(delaysMs.shift() ?? 10);
    return usage(ref);
  };
  await fixture.ask("/_auth/nginx", { "sec-websocket-key": "x" });
  await fixture.clock.advance(30_000);
  assert.equal(fixture.status("app"), "ready");
  await fixture.clock.advance(30_000 + 4_000 + 2_500);
  assert.equal(fixture.status("app"), "asleep");
});

test("traffic after a restart is seen, although the counters begin again", async (t) => {
  const fixture = await awake(t, { idleTimeoutMs: 20_000 });
  flow(fixture, [download(0, 600_000)]);
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(60_000);
  fixture.engine.stopOutside("app");
  fixture.engine.startOutside("app");
  flow(fixture, [download(0, 600_000)]);
  await fixture.clock.advance(60_000);
  assert.equal(fixture.status("app"), "ready");
  assert.deepEqual(fixture.orders(), []);
});

test("counters that cannot be read delay no stop", async (t) => {
  const fixture = await awake(t);
  fixture.engine.get("app").usage = undefined;
  await fixture.ask("/_auth/traefik");
  await fixture.clock.advance(IDLE_MS + 2_500);
  assert.equal(fixture.status("app"), "asleep");
});

type Context = Parameters<typeof openForwardAuth>[0];
type Workload = Parameters<typeof openForwardAuth>[1][number];

function awake(t: Context, settings: Partial<Workload> = {}): Promise<ForwardAuthFixture> {
  const options: ForwardAuthOptions = { fakes: { app: { status: "running" } } };
  return openForwardAuth(t, [{ name: "app", idleTimeoutMs: IDLE_MS, ...settings }], options);
}
