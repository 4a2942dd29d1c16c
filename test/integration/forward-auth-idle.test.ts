import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AuthHouse, type AuthHouseOptions, openAuthHouse } from "./auth-house.ts";
import { download, flow, pings, tcpCheck } from "./flow.ts";

const IDLE_MS = 60_000;

describe("what a front carries past us keeps an app awake", () => {
  test("a download is not cut, and the stop comes an idle interval after its end", async (t) => {
    const house = await awake(t);
    flow(house, [download(0, 300_000)]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(300_000 + IDLE_MS - 1_000);
    assert.equal(house.status("app"), "ready");
    await house.clock.advance(IDLE_MS / 10 + 2_500);
    assert.equal(house.status("app"), "asleep");
  });

  test("an answer of the usual kind puts nothing off: the stop comes on time", async (t) => {
    const house = await awake(t);
    flow(house, [download(0, 500)]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(IDLE_MS - 100);
    assert.equal(house.status("app"), "ready");
    await house.clock.advance(1_000);
    assert.equal(house.status("app"), "asleep");
  });

  test("a download that begins right before the stop is seen, too", async (t) => {
    const house = await awake(t);
    flow(house, [download(IDLE_MS - 3_000, IDLE_MS + 30_000)]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(IDLE_MS + 40_000);
    assert.equal(house.status("app"), "ready");
  });

  test("a health check over TCP keeps nothing awake", async (t) => {
    const house = await awake(t);
    flow(house, [tcpCheck]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(IDLE_MS + 1_000);
    assert.equal(house.status("app"), "asleep");
  });

  for (const [what, headers] of [
    ["a WebSocket with pings", { "sec-websocket-key": "x", "sec-websocket-version": "13" }],
    ["an event stream with comments now and then", { accept: "text/event-stream" }],
    ["gRPC", { "content-type": "application/grpc+proto" }],
  ] as const) {
    test(`${what} is not cut, and the stop comes an idle interval after its end`, async (t) => {
      const house = await awake(t);
      flow(house, [pings(400_000)]);
      await house.ask("/_auth/traefik", headers);
      await house.clock.advance(400_000 + IDLE_MS - 21_000);
      assert.equal(house.status("app"), "ready");
      await house.clock.advance(21_000 + IDLE_MS / 10 + 2_500);
      assert.equal(house.status("app"), "asleep");
    });
  }

  test("as few packets without such a stream are a probe's", async (t) => {
    const house = await awake(t);
    flow(house, [pings(400_000)]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(IDLE_MS + 1_000);
    assert.equal(house.status("app"), "asleep");
  });

  test("a trickle too thin for one look is seen over several", async (t) => {
    const house = await awake(t, { idleTimeoutMs: 120_000 });
    flow(house, [{ fromMs: 0, toMs: 600_000, everyMs: 1_000, rx: [66, 1], tx: [166, 1] }]);
    await house.ask("/_auth/caddy");
    await house.clock.advance(600_000);
    assert.equal(house.status("app"), "ready");
  });

  test("the counters are read a dozen times in an interval, and not at all while questions keep coming", async (t) => {
    const house = await awake(t);
    flow(house, []);
    for (let second = 0; second < 100; second += 1) {
      await house.ask("/_auth/traefik");
      await house.clock.advance(1_000);
    }
    house.engine.calls.length = 0;
    for (let second = 0; second < 60; second += 1) {
      await house.ask("/_auth/traefik");
      await house.clock.advance(1_000);
    }
    assert.deepEqual(
      house.engine.calls.filter((call) => call.startsWith("usage")),
      [],
    );
    await house.clock.advance(IDLE_MS + 2_000);
    const reads = house.engine.calls.filter((call) => call.startsWith("usage")).length;
    assert.ok(reads >= 3 && reads <= 14, `${reads} readings`);
    assert.equal(house.status("app"), "asleep");
  });
});

describe("idle_signal", () => {
  test("requests: traffic is not looked at, even behind a front", async (t) => {
    const house = await awake(t, { idleSignal: "requests" });
    flow(house, [download(0, 600_000)]);
    await house.ask("/_auth/traefik");
    await house.clock.advance(IDLE_MS + 500);
    assert.equal(house.status("app"), "asleep");
  });

  test("traffic counts only once a front has asked, unless it is configured", async (t) => {
    for (const [idleSignal, status] of [
      [undefined, "asleep"],
      ["traffic", "ready"],
    ] as const) {
      const house = await awake(t, { idleSignal });
      flow(house, [download(0, 600_000)]);
      await house.clock.advance(IDLE_MS + 1_000);
      assert.equal(house.status("app"), status, String(idleSignal));
    }
  });

  test("connections: a silent open connection keeps it awake, and an interval after its end it sleeps", async (t) => {
    const house = await awake(t, { idleSignal: "connections" });
    flow(house, [], (ms) => ({ connections: ms < 200_000 ? 1 : 0 }));
    await house.ask("/_auth/traefik");
    await house.clock.advance(200_000 + IDLE_MS - 7_000);
    assert.equal(house.status("app"), "ready");
    await house.clock.advance(10_000);
    assert.equal(house.status("app"), "asleep");
  });

  test("cpu: work keeps it awake, though nobody asks", async (t) => {
    const house = await awake(t, { idleSignal: "cpu" });
    flow(house, [], (ms) => ({ cpuMs: Math.min(ms, 300_000) * 0.2 }));
    await house.clock.advance(300_000);
    assert.equal(house.status("app"), "ready");
    await house.clock.advance(IDLE_MS + 10_000);
    assert.equal(house.status("app"), "asleep");
  });
});

test("a front and the proxy together have one idle clock: a stream of either keeps the app awake", async (t) => {
  const house = await awake(t);
  flow(house, []);
  await house.ask("/_auth/traefik");
  const guest = house.visit("app");
  await house.clock.settle();
  assert.equal(guest.admission?.kind, "forward");
  await house.clock.advance(5 * IDLE_MS);
  assert.equal(house.status("app"), "ready", "the proxy's request is open");
  guest.close();
  await house.clock.advance(IDLE_MS / 2);
  await house.ask("/_auth/caddy");
  await house.clock.advance(IDLE_MS - 500);
  assert.equal(house.status("app"), "ready", "the front's question counts from its own moment");
  await house.clock.advance(2_500);
  assert.equal(house.status("app"), "asleep");
});

test("a restarted gateway remembers that a front carries its traffic, and doesn't cut a quiet stream", async (t) => {
  const options = { fakes: { app: { status: "running" } }, memories: { app: { seenByFront: true } } } as const;
  const house = await openAuthHouse(t, [{ name: "app", idleTimeoutMs: IDLE_MS }], options);
  flow(house, [pings(400_000)]);
  await house.clock.advance(390_000);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(IDLE_MS + 30_000);
  assert.equal(house.status("app"), "asleep");
  assert.equal(house.saved.get("app")?.seenByFront, true);
});

test("a stop that somebody orders lets through what a front was told to let pass", async (t) => {
  const house = await awake(t);
  flow(house, [download(0, 5_000)]);
  await house.ask("/_auth/traefik");
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(5_000);
  assert.equal(house.status("app"), "draining");
  await house.clock.advance(1_000);
  assert.equal(house.status("app"), "asleep");
});

test("but not for ever", async (t) => {
  const house = await awake(t);
  flow(house, [download(0, 500_000)]);
  await house.ask("/_auth/traefik");
  house.lifecycle.sleep(house.record("app"));
  await house.clock.advance(31_000);
  assert.equal(house.status("app"), "asleep");
});

test("a question while the app drains keeps it, without a new start", async (t) => {
  const house = await awake(t);
  flow(house, []);
  await house.ask("/_auth/traefik");
  await house.clock.advance(IDLE_MS - 100);
  house.engine.get("app").stopMs = 1_000;
  await house.ask("/_auth/traefik");
  await house.clock.advance(IDLE_MS - 100);
  assert.equal(house.status("app"), "ready");
  assert.deepEqual(house.orders(), []);
});

test("a first reading that comes late leaves no time to see a quiet stream: the look goes on for longer", async (t) => {
  const house = await awake(t, { idleTimeoutMs: 4_000 });
  flow(house, [{ ...pings(60_000), everyMs: 1_500 }]);
  const { usage } = house.engine;
  const delaysMs = [2_950];
  house.engine.usage = async (ref) => {
    await house.clock.sleep(delaysMs.shift() ?? 10);
    return usage(ref);
  };
  await house.ask("/_auth/nginx", { "sec-websocket-key": "x" });
  await house.clock.advance(30_000);
  assert.equal(house.status("app"), "ready");
  await house.clock.advance(30_000 + 4_000 + 2_500);
  assert.equal(house.status("app"), "asleep");
});

test("counters that cannot be read put nothing off", async (t) => {
  const house = await awake(t);
  house.engine.get("app").usage = undefined;
  await house.ask("/_auth/traefik");
  await house.clock.advance(IDLE_MS + 2_500);
  assert.equal(house.status("app"), "asleep");
});

type Context = Parameters<typeof openAuthHouse>[0];
type Workload = Parameters<typeof openAuthHouse>[1][number];

function awake(t: Context, settings: Partial<Workload> = {}): Promise<AuthHouse> {
  const options: AuthHouseOptions = { fakes: { app: { status: "running" } } };
  return openAuthHouse(t, [{ name: "app", idleTimeoutMs: IDLE_MS, ...settings }], options);
}
