import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { startPrivateDocker, whyNoPrivateDocker } from "../../scripts/private-docker.ts";
import { type Engine, EngineError, type News } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, testDocker, uniqueName } from "../support/docker.ts";
import type { TestContainer } from "../support/docker-container.ts";
import { skipOrFail } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";
import { openEngine, refer } from "./engine-docker-subject.ts";
import { watchEngine } from "./engine-subject.ts";
import { quietFor } from "../support/real-time.ts";

describe("the Docker engine's watch", () => {
  test("changes of a container by others are reported", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const { notified } = await watchEngine(t, openEngine(t, docker.host));
    const app = await docker.createContainer({ image: "tiny", start: false });
    const container = docker.docker.getContainer(app.id);
    const renamed = uniqueName("renamed");
    const steps: [what: string, act: () => Promise<unknown>, name: string][] = [
      ["create", async () => undefined, app.name],
      ["start", () => container.start(), app.name],
      ["pause", () => container.pause(), app.name],
      ["unpause", () => container.unpause(), app.name],
      ["stop", () => container.stop({ t: 0 }), app.name],
      ["start again", () => container.start(), app.name],
      ["kill", () => container.kill(), app.name],
      ["rename, by the old name", () => container.rename({ name: renamed }), app.name],
      ["rename, by the new name", async () => undefined, renamed],
      ["remove", () => container.remove({ force: true }), renamed],
    ];
    for (const [what, act, name] of steps) {
      await act();
      await notified(name).catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
    }
  });

  const ends: readonly [
    what: string,
    end: (app: TestContainer, engine: Engine) => Promise<unknown>,
    ordered: boolean,
  ][] = [
    ["its own exit", () => Promise.resolve(), false],
    [
      "this gateway's stop",
      (app, engine) => engine.stop(refer(app), { method: "stop", timeoutMs: 0, signal: "" }),
      false,
    ],
    [
      "this gateway's kill",
      (app, engine) => engine.stop(refer(app), { method: "kill", timeoutMs: 0, signal: "" }),
      false,
    ],
    ["docker stop", (app) => app.stop(0), true],
    ["docker rm --force", (app) => app.remove(), true],
  ];
  for (const [what, end, ordered] of ends) {
    test(`an end by ${what} is reported as ${ordered ? "an order by somebody else" : "an end by itself"}`, async (t) => {
      const docker = dockerOrSkip(t);
      if (docker === undefined) return;
      const engine = openEngine(t, docker.host);
      const { news } = await watchEngine(t, engine);
      const cmd = ["sh", "-c", what === "its own exit" ? "sleep 0.1" : "sleep 60"];
      const app = await docker.createContainer({ image: "tiny", cmd });
      await end(app, engine);
      const ofApp = (): readonly News[] => news.filter(({ name }) => name === app.name).map((one) => one.news);
      const found = await waitUntil(() => ofApp().find(({ kind }) => kind === "ended"), 5_000, "its end");
      assert.deepEqual(found, { kind: "ended", ordered });
      assert.equal(
        ofApp().some(({ kind }) => kind === "ending"),
        ordered,
        "an order is reported before it is carried out",
      );
    });
  }

  test("a change of health is reported, but not each of the checks", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const engine = openEngine(t, docker.host);
    const app = await docker.createContainer({
      image: "tiny",
      start: false,
      healthcheck: { command: "sleep 0.2", intervalMs: 200 },
    });
    await engine.start(refer(app));
    assert.equal((await engine.observe(refer(app))).health, "starting");
    const { changes, notified } = await watchEngine(t, engine);
    await notified(app.name);
    assert.equal((await engine.observe(refer(app))).health, "healthy");
    const before = changes.length;
    const checks = async (): Promise<number> => (await app.inspect()).State.Health?.Log.length ?? 0;
    await waitUntil(async () => (await checks()) >= 4);
    assert.deepEqual(
      changes.slice(before).filter((name) => name === app.name),
      [],
      "other tests share the daemon, so only this container counts",
    );
  });

  test("a network that a container joins is reported", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const app = await docker.createContainer({ image: "tiny", start: false });
    const { notified } = await watchEngine(t, openEngine(t, docker.host));
    const network = docker.docker.getNetwork(await docker.createNetwork());
    await app.start();
    await notified(app.name);
    await network.connect({ Container: app.id });
    await notified(app.name);
    await network.disconnect({ Container: app.id });
    await notified(app.name);
  });

  test("while Docker is away the link is down, and after its return everything is observed again", async (t) => {
    const reason = whyNoPrivateDocker();
    if (reason !== undefined) return skipOrFail(t, reason);
    const daemon = await startPrivateDocker();
    cleanup(t, () => daemon.stop());
    const docker = testDocker(t, daemon.host);
    const engine = openEngine(t, daemon.host);
    const app = await docker.createContainer({ image: "tiny", stopSignal: "SIGKILL" });
    const watched = await watchEngine(t, engine);
    await daemon.halt();
    await waitUntil(() => watched.links.at(-1) === false, 5_000, "the link to be down");
    await assert.rejects(
      engine.list(),
      (error: unknown) => error instanceof EngineError && error.code === "unreachable",
    );
    const before = watched.changes.length;
    await daemon.resume();
    const resumed = performance.now();
    await waitUntil(() => watched.links.at(-1), 10_000, "the link to be up");
    t.diagnostic(`link up ${Math.round(performance.now() - resumed)} ms after Docker's first answer`);
    assert.deepEqual(watched.links, [true, false, true]);
    assert.ok(watched.changes.includes(undefined, before), "a notification without a name");
    await engine.start(refer(app));
    await waitUntil(() => watched.changes.includes(app.name, before), 5_000, "notifications again");
  });

  test("a stream that only ends is opened again, and the link stays up", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const middle = await openMiddle(t, docker.host);
    const watched = await watchEngine(t, openEngine(t, middle.host));
    const before = watched.changes.length;
    middle.cut();
    await waitUntil(() => watched.changes.includes(undefined, before), 5_000, "a notification without a name");
    assert.deepEqual(watched.links, [true]);
  });

  test("a connection that went dead silently is noticed", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const middle = await openMiddle(t, docker.host);
    const watched = await watchEngine(t, openEngine(t, middle.host, { silenceMs: 300 }));
    const before = watched.changes.length;
    middle.freeze();
    await waitUntil(() => watched.changes.includes(undefined, before), 5_000, "a notification without a name");
  });

  test("an idle Docker does not count as dead", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const middle = await openMiddle(t, docker.host);
    const watched = await watchEngine(t, openEngine(t, middle.host, { silenceMs: 300 }));
    const count = (): number => watched.changes.filter((change) => change === undefined).length;
    const before = count();
    await quietFor(1_000, () => count() === before, "no notification without a name");
    assert.deepEqual(watched.links, [true]);
  });
});

/** Stands between the engine and Docker, so that connections can be cut, or made silent, while Docker continues. */
async function openMiddle(t: TestContext, host: string): Promise<{ host: string; cut(): void; freeze(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(host.slice("unix://".length));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const file = path.join(path.dirname(host.slice("unix://".length)), uniqueName("middle"));
  server.listen(file);
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  cleanup(t, () => {
    cut();
    server.close();
  });
  return {
    host: `unix://${file}`,
    cut,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
