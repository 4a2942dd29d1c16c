import assert from "node:assert/strict";
import { describe } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { shareSwarm, type SwarmBed } from "../support/swarm-bed.ts";
import {
  createService,
  faultsOf,
  hostOf,
  inspect,
  managerOf,
  openGateway,
  running,
  startLoad,
  swarmRule,
  tasksOf,
  untilAllRun,
  untilAsleep,
} from "../support/swarm-services.ts";
import { waitUntil } from "../support/wait-until.ts";

const rule = swarmRule(shareSwarm(3, 3));

/** In this order: the last one leaves a swarm of two. */
describe("a swarm of three nodes of which one is lost", { concurrency: false }, () => {
  rule("no request fails while a node is drained", async (bed, t) => {
    const name = await createService(t, bed);
    const gateway = await openGateway(t, bed);
    await untilAllRun(bed, gateway, name, 3);
    const load = startLoad(gateway, name);
    await setAvailability(bed, 2, "drain");
    cleanup(t, () => setAvailability(bed, 2, "active"));
    const id = await nodeIdOf(bed, 2);
    const isMoved = async (): Promise<boolean> =>
      (await running(bed, name)) === 3 && (await tasksOn(bed, name, id)) === 0;
    await waitUntil(isMoved, 40_000, "three tasks elsewhere");
    await gateway.request({ host: hostOf(name) });
    assert.deepEqual(await load.end(), []);
    assert.deepEqual(faultsOf(gateway), []);
  });

  rule("when a node is cut off, the tasks of the others answer", async (bed, t) => {
    const name = await createService(t, bed);
    const gateway = await openGateway(t, bed);
    await untilAllRun(bed, gateway, name, 3);
    // A kept connection to each task: what is sent on one of them is neither refused nor answered.
    for (let count = 0; count < 12; count += 1) await gateway.request({ host: hostOf(name) });
    bed.nodes[2]?.setConnected(false);
    cleanup(t, () => bed.nodes[2]?.setConnected(true));
    const load = startLoad(gateway, name);
    const id = await nodeIdOf(bed, 2);
    const isReplaced = async (): Promise<boolean> =>
      (await running(bed, name)) === 3 && (await tasksOn(bed, name, id)) === 0;
    await waitUntil(isReplaced, 60_000, "three tasks elsewhere");
    await gateway.request({ host: hostOf(name) });
    assert.deepEqual(await load.end(), [], "a request that has no response yet goes to another task");
  });

  rule("when a manager is killed, the gateway uses the next one", async (bed, t) => {
    // The managers elect a leader first, for which a busy machine takes its time.
    const name = await createService(t, bed, { idle: "2s", labels: { "dag.start_timeout": "90s" } });
    const managers = bed.nodes.slice(1).map(({ host }) => host);
    const gateway = await openGateway(t, bed, { swarm_managers: managers });
    await untilAsleep(bed, name);
    bed.nodes[1]?.kill();
    const answer = await gateway.request({ host: hostOf(name) });
    assert.equal(answer.status, 200, answer.text);
    // The next manager may answer before its events are followed.
    await waitUntil(async () => (await gateway.request({ path: "/_ready" })).status === 200, 20_000, "/_ready");
    await untilAsleep(bed, name);
    assert.equal((await inspect(bed, name)).Spec.Labels["dag.replicas"], "3");
  });
});

interface RawNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: object;
  readonly Status: { readonly Addr: string };
}

async function nodeOf(bed: SwarmBed, at: number): Promise<RawNode> {
  const nodes = (await managerOf(bed).listNodes()) as RawNode[];
  // A manager may know itself by another address, so that the leader's is looked up in its manager's part.
  const address = bed.nodes[at]?.address ?? "";
  const found = nodes.find((node) => JSON.stringify(node).includes(`"${address}`));
  assert.ok(found, `the node at ${address}`);
  return found;
}

async function nodeIdOf(bed: SwarmBed, at: number): Promise<string> {
  return (await nodeOf(bed, at)).ID;
}

async function setAvailability(bed: SwarmBed, at: number, availability: "active" | "drain"): Promise<void> {
  const { ID, Version, Spec } = await nodeOf(bed, at);
  await managerOf(bed)
    .getNode(ID)
    .update({ version: Version.Index, ...Spec, Availability: availability });
}

async function tasksOn(bed: SwarmBed, name: string, node: string): Promise<number> {
  const tasks = await tasksOf(bed, name);
  return tasks.filter(({ NodeID, DesiredState }) => NodeID === node && DesiredState === "running").length;
}
