import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { endpointsOf } from "../../src/core/observation.ts";
import { createProbe } from "../../src/engines/probe.ts";
import { EngineError } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, uniqueName, type TestDocker } from "../support/docker.ts";
import { freePort } from "../support/http.ts";
import { isReady } from "../support/probing.ts";
import { waitUntil } from "../support/wait-until.ts";
import { openEngine, refer } from "./engine-docker-subject.ts";

describe("the Docker engine", () => {
  const rules: Record<string, (docker: TestDocker, t: TestContext) => Promise<void>> = {
    "tells when a container ran out of memory": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const script = "x=0123456789abcdef; while :; do x=$x$x$x$x; done";
      const cmd = ["sh", "-c", script];
      // The kernel's notice reaches Docker on a way of its own: after the end, as may its event "oom", and now and then never.
      const isSeen = async (): Promise<boolean> => {
        const app = await docker.createContainer({ image: "tiny", memoryBytes: 8 * 2 ** 20, cmd });
        await waitUntil(async () => (await engine.observe(refer(app))).status === "stopped");
        const seen = async () => (await engine.observe(refer(app))).exit;
        assert.equal((await seen())?.code, 137);
        return waitUntil(async () => (await seen())?.oomKilled, 1_500).catch(() => false);
      };
      await waitUntil(isSeen, 20_000, "an end of which Docker knows the reason");
    },

    "tells why a start was refused, in Docker's words": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const app = await docker.createContainer({ image: "tiny", start: false, cmd: ["/no/such/program"] });
      await assert.rejects(
        engine.start(refer(app)),
        (error: unknown) =>
          error instanceof EngineError && error.code === "refused" && /no\/such\/program/.test(error.message),
      );
      const seen = await engine.observe(refer(app));
      assert.equal(seen.status, "stopped");
      assert.match(seen.exit?.message ?? "", /no\/such\/program/);
    },

    "follows the health check": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const healthcheck = { command: "false", intervalMs: 100, retries: 1 };
      const app = await docker.createContainer({ image: "tiny", healthcheck });
      await waitUntil(async () => (await engine.observe(refer(app))).health === "unhealthy");
      const plain = await docker.createContainer({ image: "tiny" });
      assert.equal((await engine.observe(refer(plain))).health, "none");
    },

    "a published port is not taken for ready before the app listens": async (docker, t) => {
      const reach = { address: "published", network: "" } as const;
      const engine = openEngine(t, docker.host, { reach: () => reach });
      const app = await docker.createContainer({ ports: { 80: 0 }, env: { DELAY_MS: "1000" } });
      const [endpoint] = endpointsOf(await engine.observe(refer(app)));
      assert.ok(endpoint?.published);
      const listens = async (): Promise<boolean> =>
        (await engine.logs(refer(app), 10)).some((line) => line.includes("listens"));
      while (!isReady(await createProbe().tcp(endpoint, t.signal))) assert.equal(t.signal.aborted, false);
      assert.ok(await listens(), "ready before it listened");
      assert.ok(isReady(await createProbe().http(endpoint, "/", "", t.signal)));
    },

    "never takes the digits of another container's id for a name": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const other = await docker.createContainer({ image: "tiny" });
      const missing = refer({ name: other.id.slice(0, 4) });
      assert.equal((await engine.observe(missing)).status, "absent");
      await assert.rejects(engine.stop(missing, { method: "kill", timeoutMs: 0, signal: "" }), { code: "absent" });
      assert.equal(await other.isRunning(), true);
    },

    "keeps a stopped container stopped, whatever its restart policy and the signal": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const app = await docker.createContainer({
        image: "tiny",
        restartPolicy: "always",
        cmd: ["sh", "-c", "trap 'exit 0' USR1; echo up; while :; do sleep 0.05; done"],
      });
      await waitUntil(async () => (await engine.logs(refer(app), 1)).includes("up"));
      await engine.stop(refer(app), { method: "stop", timeoutMs: 3_000, signal: "SIGUSR1" });
      const { FinishedAt } = (await app.inspect()).State;
      await waitUntil(() => Date.now() - Date.parse(FinishedAt) > 400);
      assert.equal((await engine.observe(refer(app))).status, "stopped");
    },

    "leaves a crash loop to the restart policy, and can end it": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const app = await docker.createContainer({ image: "tiny", restartPolicy: "always", cmd: ["sh", "-c", "exit 5"] });
      await waitUntil(async () => (await engine.observe(refer(app))).status === "restarting");
      await engine.start(refer(app));
      await engine.stop(refer(app), { method: "stop", timeoutMs: 1_000, signal: "" });
      const seen = await engine.observe(refer(app));
      assert.equal(seen.status, "stopped");
      assert.equal(seen.exit?.code, 5);
    },

    "sees the new container under an old name": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const name = uniqueName("same");
      const first = await docker.createContainer({ image: "tiny", name });
      const before = await engine.observe(refer(first));
      await first.remove();
      assert.equal((await engine.observe(refer(first))).status, "absent");
      await docker.createContainer({ image: "tiny", name });
      assert.notEqual((await engine.observe(refer(first))).id, before.id);
    },

    "reads the output of a container with a terminal": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const name = uniqueName("tty");
      const Cmd = ["sh", "-c", `printf '{"a":1}\\n\\033[1mbold\\033[0m\\n'`];
      const container = await docker.docker.createContainer({
        name,
        Image: await docker.image("tiny"),
        Cmd,
        Tty: true,
      });
      cleanup(t, () => container.remove({ force: true }));
      await engine.start(refer({ name }));
      await waitUntil(async () => (await engine.observe(refer({ name }))).status === "stopped");
      assert.deepEqual(await engine.logs(refer({ name }), 10), ['{"a":1}', "bold"]);
    },

    "shows no lines where the log driver keeps none": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const name = uniqueName("mute");
      const HostConfig = { LogConfig: { Type: "none", Config: {} } };
      const container = await docker.docker.createContainer({ name, Image: await docker.image("tiny"), HostConfig });
      cleanup(t, () => container.remove({ force: true }));
      await engine.start(refer({ name }));
      assert.deepEqual(await engine.logs(refer({ name }), 10), []);
    },

    "counts traffic and open connections from outside": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const app = await docker.createContainer();
      const [endpoint] = endpointsOf(await engine.observe(refer(app)));
      assert.ok(endpoint);
      await waitUntil(async () => isReady(await createProbe().tcp(endpoint, t.signal)));
      const idle = await waitUntil(async () => {
        const usage = await engine.usage(refer(app));
        return usage?.connections === 0 && usage;
      });
      const answer = await fetch(`http://${endpoint.host}/sse`);
      const busy = await engine.usage(refer(app));
      assert.equal(busy?.connections, 1);
      assert.ok((busy.rxBytes ?? 0) > (idle.rxBytes ?? Infinity));
      assert.ok((busy.txPackets ?? 0) > (idle.txPackets ?? Infinity));
      const [traffic, after] = [await engine.traffic?.(refer(app)), await engine.usage(refer(app))];
      assert.equal(traffic?.connections, 1);
      for (const counter of ["rxBytes", "txBytes", "rxPackets", "txPackets"] as const) {
        const counts: readonly number[] = [busy, traffic, after].map((one) => one?.[counter] ?? 0);
        assert.deepEqual(
          counts,
          counts.toSorted((a, b) => a - b),
          `${counter}: what is read at once is the second`,
        );
      }
      assert.ok(traffic.payload?.segments, "the kernel counts payload");
      await answer.body?.cancel();
    },

    "does not take the host's traffic for a container's": async (docker, t) => {
      const engine = openEngine(t, docker.host);
      const app = await docker.createContainer({ image: "tiny", network: "host" });
      const usage = await engine.usage(refer(app, await freePort()));
      assert.equal(usage?.rxBytes, undefined);
      assert.equal(usage?.txPackets, undefined);
      assert.ok(usage && usage.memoryBytes > 0);
    },

    "limits a container to what is asked for, never to more than it had, and gives its own limits back": async (
      docker,
      t,
    ) => {
      const engine = openEngine(t, docker.host);
      const { CgroupVersion } = (await docker.docker.info()) as { CgroupVersion?: string };
      const app = await docker.createContainer({ image: "tiny", memoryBytes: 256 * MIB });
      const ref = refer(app);
      const limits = async (): Promise<readonly number[]> => {
        const { NanoCpus = 0, MemoryReservation = 0 } = (await app.inspect()).HostConfig;
        return [NanoCpus, MemoryReservation];
      };
      const unlimited = await engine.limits(ref);
      await engine.throttle(ref, { cpus: 0.2, memoryBytes: 64 * MIB });
      assert.deepEqual(await limits(), [200_000_000, CgroupVersion === "2" ? 0 : 64 * MIB]);
      await engine.restore(ref, unlimited);
      const [cpus = 0, reserved = 0] = await limits();
      assert.ok(cpus >= 1_000_000_000 && reserved <= 0);

      await docker.docker.getContainer(app.id).update({ NanoCpus: 500_000_000, MemoryReservation: 128 * MIB });
      const own = await engine.limits(ref);
      await engine.throttle(ref, { cpus: 0.2, memoryBytes: 0 });
      assert.deepEqual(await limits(), [200_000_000, 128 * MIB]);
      await engine.throttle(ref, { cpus: 0.1, memoryBytes: 64 * MIB });
      await engine.throttle(ref, { cpus: 1, memoryBytes: 200 * MIB });
      assert.deepEqual(await limits(), [100_000_000, 64 * MIB]);
      await engine.restore(ref, { ...own, id: "another one" });
      assert.deepEqual(await limits(), [100_000_000, 64 * MIB]);
      await app.stop(0);
      await openEngine(t, docker.host).restore(ref, own);
      assert.deepEqual(await limits(), [500_000_000, 128 * MIB]);
    },
  };
  for (const [rule, check] of Object.entries(rules)) {
    test(rule, async (t) => {
      const docker = dockerOrSkip(t);
      if (docker !== undefined) await check(docker, t);
    });
  }
});

const MIB = 1024 ** 2;
