import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createAwaitForwarding } from "../../src/forward-auth/await-forwarding.ts";
import type { FrontReach } from "../../src/core/front-reach.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { createManualClock } from "./manual-clock.ts";
import { openLifecycle } from "./lifecycle-fixture.ts";

const TRAEFIK = "10.0.0.2";

test("the first document on a connection waits for 4 s while Docker is silent, the next one does not wait", async (t) => {
  const { wait, advance, connect } = await open(t);
  const socket = connect();
  let isOver = false;
  void wait(socket, TRAEFIK)?.then(() => (isOver = true));
  await advance(3_900);
  assert.equal(isOver, false);
  await advance(200);
  assert.equal(isOver, true);
  assert.equal(wait(socket, TRAEFIK), undefined);
});

test("a Traefik that gave up waiting gets its next document at once", async (t) => {
  const { wait, advance, connect } = await open(t);
  const socket = connect();
  let isOver = false;
  void wait(socket, TRAEFIK)?.then(() => (isOver = true));
  await advance(1_000);
  socket.destroy(); // with a shorter pollTimeout
  await advance(100);
  assert.equal(isOver, true);
  assert.equal(wait(connect(), TRAEFIK), undefined);
  assert.ok(wait(connect(), "10.0.0.3"), "another Traefik waits");
  await advance(120_000);
  assert.ok(wait(connect(), TRAEFIK), "later it waits again");
});

test("a Traefik that is restarted after it waited with success waits again", async (t) => {
  const { wait, advance, connect, docker } = await open(t);
  let isOver = false;
  void wait(connect(), TRAEFIK)?.then(() => (isOver = true));
  docker.isSilent = false;
  await advance(100);
  assert.equal(isOver, true);
  docker.isSilent = true;
  assert.ok(wait(connect(), TRAEFIK));
});

test("the first document after a start waits for a running app to be ready; later ones do not", async (t) => {
  const { wait, advance, connect, docker } = await open(t, { status: "running", listenMs: 1_000 });
  docker.isSilent = false;
  let isOver = false;
  void wait(connect(), TRAEFIK)?.then(() => (isOver = true));
  await advance(900);
  assert.equal(isOver, false);
  await advance(300);
  assert.equal(isOver, true);
  await advance(4_000);
  docker.isReady = false;
  assert.equal(wait(connect(), TRAEFIK), undefined);
});

/** Opens a gateway that cannot find out how a front reaches its container while Docker is silent. */
async function open(t: TestContext, app: Partial<FakeWorkload> = {}) {
  const clock = createManualClock();
  const fakes = { app: { startedAtMs: clock.wall(), ...app } };
  const { record, status } = await openLifecycle([{ name: "app" }], { clock, fakes });
  const docker = { isSilent: true, isReady: true };
  const wait = createAwaitForwarding({
    context: { clock },
    records: new Map([["app", record("app")]]),
    settle() {
      const reach: FrontReach = { by: "gateway", why: "unknown" };
      const isReady = docker.isReady && status("app") === "ready";
      record("app").forwarding = { reach, reason: isReady ? undefined : "not-ready" };
      return new Map([["app", { reach, sendsAuthRequests: !isReady }]]);
    },
    areLoading: () => docker.isSilent,
  });
  const connect = (): Socket => {
    const socket = new Socket();
    t.after(() => socket.destroy());
    return socket;
  };
  return { wait, docker, connect, advance: (ms: number) => clock.advance(ms) };
}
