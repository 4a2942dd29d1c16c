import assert from "node:assert/strict";
import { describe } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import { startGateway } from "../support/gateway.ts";
import { onDocker, type Sleeping, startSleeping } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { elapse, quietFor } from "../support/real-time.ts";

const IDLE_MS = 2_000;

describe("an awake container", { concurrency: 3 }, () => {
  onDocker("is stopped idle_timeout after the last request, within a second", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { container: { idle_timeout: `${IDLE_MS}ms` } });
    await visit(sleeping);
    await elapse(1_000);
    await visit(sleeping);
    const lastMs = Date.now();
    await untilStopped(sleeping);
    const line = await sleeping.gateway.waitForLog(({ reason }) => reason === "idle");
    assert.equal(line["container"] ?? line["workload"], sleeping.app.name);
    // When its stop began. A second; the other two are a busy machine's.
    const quietMs = Date.parse(String(line["time"])) - Number(line["duration_ms"]) - lastMs;
    assert.ok(quietMs > IDLE_MS - 100 && quietMs < IDLE_MS + 3_000, `it was stopped after ${quietMs} ms`);
    assert.equal((await sleeping.gateway.request({ host: sleeping.host })).status, 200, "and wakes again");
  });

  onDocker("stays for an event stream that outlasts idle_timeout, and is stopped when that ends", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { container: { idle_timeout: "1s" } });
    const { gateway, host } = sleeping;
    const stream = await gateway.open({ host, path: "/sse?n=20&ms=200" });
    let events = 0;
    for await (const chunk of stream) events += String(chunk).split("data:").length - 1;
    assert.equal(events, 20);
    await untilStopped(sleeping);
  });

  onDocker("stays for a silent WebSocket, and is stopped when that closes", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { container: { idle_timeout: "1s" } });
    const { gateway, host, app } = sleeping;
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { host } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    await quietFor(3_000, () => app.isRunning(), "it runs");
    assert.equal(socket.readyState, WebSocket.OPEN);
    socket.close();
    await untilStopped(sleeping);
  });

  onDocker("that ran before the gateway started counts from the time it was first seen", async (t, docker) => {
    const app = await docker.createContainer();
    await elapse(IDLE_MS); // which does not count
    const beganMs = Date.now();
    await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: app.name, idle_timeout: `${IDLE_MS}ms` }] },
    });
    await untilStopped({ app });
    const quietMs = Date.parse((await app.inspect()).State.FinishedAt) - beganMs;
    assert.ok(quietMs >= IDLE_MS, `it was stopped after ${quietMs} ms`);
  });

  onDocker("is left alone without an idle_timeout", async (t, docker) => {
    const sleeping = await startSleeping(t, docker);
    await visit(sleeping);
    await quietFor(2_000, () => sleeping.app.isRunning(), "it runs");
  });

  onDocker("is paused and woken without a start with stop_method: pause", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { container: { idle_timeout: "1s", stop_method: "pause" } });
    const { app } = sleeping;
    await visit(sleeping);
    const { StartedAt: began } = (await app.inspect()).State;
    await waitUntil(async () => (await app.inspect()).State.Paused);
    await during(sleeping, async () => {
      const { Paused, StartedAt } = (await app.inspect()).State;
      assert.deepEqual({ Paused, StartedAt }, { Paused: false, StartedAt: began });
    });
  });
});

describe("tiers before a stop", { concurrency: true }, () => {
  onDocker("pause first and stop later; a visit in between needs no cold start", async (t, docker) => {
    const container = { pause_after: "1s", idle_timeout: "10s", idle_signal: "requests" };
    const sleeping = await startSleeping(t, docker, { container });
    const { app } = sleeping;
    await visit(sleeping);
    const began = (await app.inspect()).State.StartedAt;
    await waitUntil(async () => (await app.inspect()).State.Paused, 5_000, "the pause");
    await visit(sleeping);
    assert.equal((await app.inspect()).State.StartedAt, began, "it was not started again");
    await waitUntil(async () => (await app.inspect()).State.Paused, 5_000, "the next pause");
    await untilStopped(sleeping);
  });

  onDocker(
    "throttle without requests, and restore the limits at the next request, or when the gateway is killed",
    async (t, docker) => {
      const container = {
        throttle_after: "1s",
        throttle_cpus: 0.05,
        throttle_memory_reservation: "64m",
        idle_timeout: "10m",
      };
      const sleeping = await startSleeping(t, docker, { container });
      const { app, gateway } = sleeping;
      const own = { NanoCpus: 700_000_000, MemoryReservation: 128 * 1024 ** 2 };
      await docker.docker.getContainer(app.id).update(own);
      const limits = async (): Promise<object> => {
        const { NanoCpus, MemoryReservation } = (await app.inspect()).HostConfig;
        return { NanoCpus, MemoryReservation };
      };
      const until = (wanted: object): Promise<unknown> =>
        waitUntil(async () => isDeepStrictEqual(await limits(), wanted), 5_000, `the limits ${JSON.stringify(wanted)}`);
      const throttled = { NanoCpus: 50_000_000, MemoryReservation: 64 * 1024 ** 2 };
      await visit(sleeping);
      await until(throttled);
      await during(sleeping, () => until(own));
      await until(throttled);
      await gateway.stop("SIGKILL");
      await gateway.restart();
      await until(own);
    },
  );
});

async function visit({ gateway, host }: Sleeping): Promise<void> {
  const answer = await gateway.request({ host });
  assert.equal(answer.status, 200, answer.text);
}

/** Carries out `check` while a response is open, so that however long it takes the app is in use. */
async function during({ gateway, host }: Sleeping, check: () => Promise<unknown>): Promise<void> {
  const stream = await gateway.open({ host, path: "/sse" });
  assert.equal(stream.statusCode, 200);
  await check();
  stream.destroy();
}

async function untilStopped({ app }: Pick<Sleeping, "app">): Promise<void> {
  await waitUntil(async () => !(await app.isRunning()), 15_000, "the idle stop");
}
