import assert from "node:assert/strict";
import { describe } from "node:test";
import { spawnDag } from "../support/spawn-dag.ts";
import { shareSwarm, type SwarmBed } from "../support/swarm-bed.ts";
import {
  createService,
  hostOf,
  inspect,
  managerOf,
  openGateway,
  roll,
  scale,
  stateOf,
  swarmRule,
  untilAsleep,
} from "../support/swarm-services.ts";
import { waitUntil } from "../support/wait-until.ts";

const rule = swarmRule(shareSwarm(1));

describe("services of every kind", { concurrency: false }, () => {
  rule(
    "each is reached where it can be: without a VIP, by a port of its node, by its network alone",
    async (bed, t) => {
      const dnsrr = await createService(t, bed, { replicas: 0, more: { EndpointSpec: { Mode: "dnsrr" } } });
      const Ports = [{ Protocol: "tcp", TargetPort: 80, PublishMode: "host" }];
      const byNode = await createService(t, bed, {
        replicas: 0,
        labels: { "dag.target_port": "80" },
        more: { EndpointSpec: { Ports }, TaskTemplate: { ContainerSpec: { Image: bed.image } } },
      });
      const gateway = await openGateway(t, bed);
      for (const name of [dnsrr, byNode])
        assert.equal((await gateway.request({ host: hostOf(name) })).status, 200, name);
    },
  );

  rule("the failure of a service on no shared network and without ports says so", async (bed, t) => {
    const name = await createService(t, bed, {
      replicas: 0,
      labels: { "dag.start_timeout": "15s" },
      more: { TaskTemplate: { ContainerSpec: { Image: bed.image } } },
    });
    const gateway = await openGateway(t, bed);
    const answer = await gateway.request({ host: hostOf(name) });
    assert.equal(answer.status >= 500, true);
    assert.match(answer.text, /no address that the gateway can reach: connect it to a network of the gateway/);
  });

  rule(
    "one that is updated, rolled back or removed while it sleeps sleeps on, and wakes as it is then",
    async (bed, t) => {
      const name = await createService(t, bed, { replicas: 2, idle: "2s", env: ["NAME=first"] });
      const gateway = await openGateway(t, bed);
      await untilAsleep(bed, name);
      await roll(bed, name, ["NAME=second"]);
      const answer = await gateway.request({ host: hostOf(name) });
      assert.match(answer.text, /Hello from second/);
      assert.equal((await inspect(bed, name)).Spec.Mode.Replicated.Replicas, 2);
      await untilAsleep(bed, name);
      // The sleep was the last update, which this undoes.
      await rollBack(bed, name);
      const isReady = async (): Promise<boolean> => (await stateOf(gateway, name)) === "ready";
      await waitUntil(isReady, 30_000, "the service that was rolled back");
      assert.match((await gateway.request({ host: hostOf(name) })).text, /Hello from second/);
      await untilAsleep(bed, name);
      assert.equal((await inspect(bed, name)).Spec.Labels["dag.replicas"], "2");
      await managerOf(bed).getService(name).remove();
      const isGone = async (): Promise<boolean> => (await gateway.request({ host: hostOf(name) })).status === 404;
      // Its host is kept for a successor for some 10 s.
      await waitUntil(isGone, 15_000, "no such app");
    },
  );

  rule("a job or a global service is left alone, which the gateway and `dag check` report", async (bed, t) => {
    const modes = [{ ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } }, { Global: {} }];
    const create = (Mode: object, labels = {}): Promise<string> =>
      createService(t, bed, {
        more: { Mode, UpdateConfig: undefined },
        constraints: ["node.labels.none == 1"],
        labels,
      });
    const names = await Promise.all(modes.map((Mode) => create(Mode)));
    const inFile = await create({ Global: {} }, { "dag.enabled": "false" });
    const { request, configFile } = await openGateway(
      t,
      bed,
      {},
      { containers: [{ name: inFile, host: "file.test" }] },
    );
    const isReported = async (): Promise<boolean> => {
      const { containers, unrouted } = (await request({ path: "/_status/api" })).json();
      const shown = [...containers, ...unrouted].filter(({ warnings }) => /cannot be scaled/.test(String(warnings)));
      return new Set(shown.map(({ name }) => name)).isSupersetOf(new Set([...names, inFile]));
    };
    await waitUntil(isReported, 20_000, "a warning for each");
    const env = { CONFIG_PATH: configFile, DOCKER_HOST: bed.nodes[0]?.host ?? "" };
    const { code, stderr } = await spawnDag(["check", "--docker"], { env });
    assert.equal(code, 2, stderr);
    for (const name of [...names, inFile]) assert.match(stderr, new RegExp(`"${name}": .*cannot be scaled`));
    for (const [at, name] of names.entries()) assert.deepEqual((await inspect(bed, name)).Spec.Mode, modes[at]);
  });

  rule("of two services with one host one gets it, and the log names the other", async (bed, t) => {
    const first = await createService(t, bed, { replicas: 1 });
    const second = await createService(t, bed, { replicas: 1, labels: { "dag.host": hostOf(first) } });
    const gateway = await openGateway(t, bed);
    assert.equal((await gateway.request({ host: hostOf(first) })).status, 200);
    const [winner, loser] = [first, second].toSorted();
    const warning = `host "${hostOf(first)}" of container "${loser}" is not used: container "${winner}" already has it`;
    await waitUntil(() => gateway.log.some(({ msg }) => String(msg).includes(warning)), 15_000, warning);
  });

  rule("labels of containers are not read, and a warning names the service", async (bed, t) => {
    const name = await createService(t, bed, {
      replicas: 1,
      labels: { "dag.enabled": "false" },
      container: { Labels: { "dag.enabled": "true", "dag.host": "inside.test" } },
    });
    const gateway = await openGateway(t, bed);
    assert.equal((await gateway.request({ host: "inside.test" })).status, 404);
    await waitUntil(() => JSON.stringify(gateway.log).includes(name), 15_000, "a warning that names the service");
  });

  rule("a service that was scaled to 0 by hand is woken by the next request", async (bed, t) => {
    const name = await createService(t, bed, { replicas: 2 });
    const gateway = await openGateway(t, bed);
    assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
    await scale(bed, name, 0);
    await waitUntil(async () => (await stateOf(gateway, name)) === "asleep", 20_000, "asleep");
    assert.equal((await gateway.request({ host: hostOf(name) })).status, 200);
    assert.equal((await inspect(bed, name)).Spec.Mode.Replicated.Replicas, 2);
  });
});

/** As `docker service rollback`. */
async function rollBack(bed: SwarmBed, name: string): Promise<void> {
  const { Version, Spec } = await inspect(bed, name);
  const query = { version: Version.Index, rollback: "previous" };
  await managerOf(bed).getService(name).update({ _query: query, _body: Spec });
}
