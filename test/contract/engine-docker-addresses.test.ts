import assert from "node:assert/strict";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import type { ContainerCreateOptions } from "dockerode";
import { type Endpoint, endpointsOf } from "../../src/core/observation.ts";
import type { AddressMode } from "../../src/core/settings.ts";
import { createProbe } from "../../src/engines/probe.ts";
import type { WorkloadRef } from "../../src/lifecycle/ports.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, uniqueName, type TestDocker } from "../support/docker.ts";
import { freePort } from "../support/http.ts";
import { isReady } from "../support/probing.ts";
import { waitUntil } from "../support/wait-until.ts";
import { openEngine, refer } from "./engine-docker-subject.ts";

type Rule = (docker: TestDocker, t: TestContext) => Promise<void>;
interface Seen {
  readonly endpoints: Endpoint[];
  /** Of each of the endpoints: whether it answers. */
  readonly answers: boolean[];
  /** What a stop was refused with. */
  readonly fault: string;
}

type Reach = { readonly address: AddressMode; readonly network: string };

const auto: Reach = { address: "auto", network: "" };

/** The gateway is a process of the host. */
const fromTheHost: Record<string, Rule> = {
  "the default bridge: by the container's address": async (docker, t) => {
    const app = await docker.createContainer();
    const endpoints = await seen(docker, t, refer(app));
    assert.deepEqual(endpoints, [{ host: await app.address(), port: 80, published: false }]);
    await assertAnswers(endpoints, t);
  },

  "a network with IPv6: by both addresses, the old kind first": async (docker, t) => {
    const network = await docker.createNetwork({ ipv6Subnet: "fd13:dab:1::/64" });
    const app = await docker.createContainer({ network });
    const endpoints = await seen(docker, t, refer(app));
    assert.equal(endpoints[0]?.host, await app.address(network));
    assert.match(endpoints[1]?.host ?? "", /^fd13:dab:1::/);
    await assertAnswers(endpoints, t);
  },

  "several networks: all of them, or the one that is asked for, also by its short name": async (docker, t) => {
    const [one, two] = [await docker.createNetwork(), await docker.createNetwork({ name: uniqueName("shop_two") })];
    const app = await docker.createContainer({ network: one });
    await docker.docker.getNetwork(two).connect({ Container: app.id });
    const hosts = async (network: string, reach = auto): Promise<string[]> =>
      (await seen(docker, t, { ...refer(app), network }, reach)).map(({ host }) => host);
    assert.deepEqual(new Set(await hosts("")), new Set([await app.address(one), await app.address(two)]));
    assert.deepEqual(await hosts(one), [await app.address(one)]);
    assert.deepEqual(await hosts(two.slice("shop_".length)), [await app.address(two)]);
    assert.deepEqual(await hosts("", { address: "auto", network: two }), [await app.address(two)]);
  },

  "the host's network: on this machine": async (docker, t) => {
    const port = await freePort();
    const app = await docker.createContainer({ network: "host", env: { PORT: String(port) } });
    const endpoints = await seen(docker, t, refer(app, port));
    assert.deepEqual(endpoints, [{ host: "127.0.0.1", port, published: false }]);
    await assertAnswers(endpoints, t);
  },

  "a published port: after the container's address, or alone where only that is wanted": async (docker, t) => {
    const app = await docker.createContainer({ ports: { 80: 0 } });
    const published = { host: "127.0.0.1", port: await app.publishedPort(80), published: true };
    assert.deepEqual((await seen(docker, t, refer(app)))[1], published);
    const only = await seen(docker, t, refer(app), { address: "published", network: "" });
    assert.deepEqual(only, [published]);
    await assertAnswers(only, t);
  },

  "the network of another container: by that one's address and ports": async (docker, t) => {
    const owner = await docker.createContainer({ image: "tiny", ports: { 80: 0 } });
    const app = await docker.createContainer({ network: `container:${owner.id}` });
    const endpoints = await seen(docker, t, refer(app));
    assert.equal(endpoints[0]?.host, await owner.address());
    assert.equal(endpoints[1]?.port, await owner.publishedPort(80));
    await assertAnswers(endpoints, t);
  },

  "no port that is known: no address": async (docker, t) => {
    const app = await docker.createContainer({ image: "tiny" });
    assert.deepEqual(await seen(docker, t, { ...refer(app), targetPort: undefined }), []);
  },
};

/** The gateway runs in a container of its own. */
const fromAContainer: Record<string, Rule> = {
  "a shared network: by the address there, first": async (docker, t) => {
    const [other, shared] = [await docker.createNetwork(), await docker.createNetwork()];
    const app = await docker.createContainer({ network: other });
    await docker.docker.getNetwork(shared).connect({ Container: app.id });
    await assertListens(docker, t, app.name);
    const address = await app.address(shared);
    const { endpoints, answers } = await seenInside(docker, t, refer(app), { network: shared });
    assert.equal(endpoints[0]?.host, address);
    assert.equal(answers[0], true);
  },

  "no shared network: by the published port, at the host's address": async (docker, t) => {
    const name = uniqueName("app");
    const PortBindings = { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "" }] };
    const container = await docker.docker.createContainer({
      name,
      Image: await docker.image("app"),
      HostConfig: { PortBindings },
    });
    cleanup(t, () => container.remove({ force: true }));
    await container.start();
    await assertListens(docker, t, name);
    const { endpoints, answers } = await seenInside(docker, t, refer({ name }), {
      network: await docker.createNetwork(),
    });
    assert.deepEqual(
      endpoints.map(({ published }) => published),
      [true],
    );
    assert.deepEqual(answers, [true]);
  },

  "the host's network: at the host's address": async (docker, t) => {
    const port = await freePort();
    const app = await docker.createContainer({ network: "host", env: { PORT: String(port) } });
    await assertListens(docker, t, app.name, port);
    const { endpoints, answers } = await seenInside(docker, t, refer(app, port), {
      network: await docker.createNetwork(),
    });
    assert.equal(endpoints[0]?.port, port);
    assert.deepEqual(answers, [true]);
  },

  "a gateway on the host's network: as from the host": async (docker, t) => {
    const app = await docker.createContainer();
    await assertListens(docker, t, app.name);
    const address = await app.address();
    const { endpoints, answers } = await seenInside(docker, t, refer(app), { network: "host" });
    assert.deepEqual(endpoints, [{ host: address, port: 80, published: false }]);
    assert.deepEqual(answers, [true]);
  },

  "a gateway never stops itself, on whatever network": async (docker, t) => {
    for (const network of ["host", await docker.createNetwork()]) {
      const name = uniqueName("gateway");
      const { fault } = await seenInside(docker, t, refer({ name }), { network, name });
      assert.match(fault, /is the gateway's own container/);
    }
  },
};

for (const [place, rules] of Object.entries({ "the host": fromTheHost, "a container": fromAContainer })) {
  describe(`addresses of containers, seen from ${place}`, () => {
    for (const [rule, check] of Object.entries(rules)) {
      test(rule, async (t) => {
        const docker = dockerOrSkip(t);
        if (docker !== undefined) await check(docker, t);
      });
    }
  });
}

async function seen(docker: TestDocker, t: TestContext, ref: WorkloadRef, reach = auto): Promise<readonly Endpoint[]> {
  return endpointsOf(await openEngine(t, docker.host, { reach: () => reach }).observe(ref));
}

async function assertAnswers(endpoints: readonly Endpoint[], t: TestContext): Promise<void> {
  for (const endpoint of endpoints) {
    await waitUntil(
      async () => isReady(await createProbe().http(endpoint, "/", "", t.signal)),
      5_000,
      `an answer of ${endpoint.host}`,
    );
  }
}

async function assertListens(docker: TestDocker, t: TestContext, name: string, port = 80): Promise<void> {
  const engine = openEngine(t, docker.host);
  await waitUntil(async () =>
    (await engine.logs(refer({ name }), 10)).some((line) => line.includes(`listens on ${port}`)),
  );
}

/** Runs this repository's engine in a container on the given network. */
async function seenInside(
  docker: TestDocker,
  t: TestContext,
  ref: WorkloadRef,
  { network, name = uniqueName("gateway") }: { readonly network: string; readonly name?: string },
): Promise<Seen> {
  const root = path.resolve(import.meta.dirname, "../..");
  const socket = docker.host.slice("unix://".length);
  const viewer = "/gateway/test/contract/engine-docker-viewer.ts";
  const options: ContainerCreateOptions = {
    name,
    Image: await docker.image("app"),
    Cmd: ["node", viewer, JSON.stringify({ ref, ...auto })],
    HostConfig: { NetworkMode: network, Binds: [`${root}:/gateway:ro`, `${socket}:/var/run/docker.sock`] },
  };
  const container = await docker.docker.createContainer(options);
  cleanup(t, () => container.remove({ force: true }));
  await container.start();
  await container.wait();
  const lines = await openEngine(t, docker.host).logs(refer({ name }), 50);
  assert.match(lines.at(-1) ?? "", /^\{"endpoints"/, lines.join("\n"));
  return JSON.parse(lines.at(-1) ?? "") as Seen;
}
