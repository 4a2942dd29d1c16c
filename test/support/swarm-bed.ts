import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, type TestContext } from "node:test";
import type Docker from "dockerode";
import { killRemains } from "../../scripts/private-docker-remains.ts";
import { ensureImage } from "./docker-images.ts";
import { connect } from "./docker.ts";
import { skipOrFail } from "./tools.ts";
import { waitUntil } from "./wait-until.ts";

/** A real swarm: several Docker daemons, each in a network namespace of this machine, connected by a bridge. */
export interface SwarmBed {
  /** The nodes. The first `managers` nodes are managers; the first one is the leader. */
  readonly nodes: readonly SwarmNode[];
  /** The id of an image that every node has, so that tasks never pull it. */
  readonly image: string;
  /** The name of an attachable overlay network. */
  readonly network: string;
  /** The network namespace of a container on node 1 and on that network, which publishes port 8080 at `address`. */
  readonly gateway: { readonly netns: string; readonly address: string; readonly port: number };
}

export interface SwarmNode {
  readonly docker: Docker;
  /** The address as in DOCKER_HOST; a socket, which works from every network namespace. */
  readonly host: string;
  readonly address: string;
  readonly netns: string;
  /** Kills the daemon. */
  kill(): void;
  /** Disconnects it from the other nodes, or connects it again. */
  setConnected(isConnected: boolean): void;
}

const PORT = 8080;

/** Returns the swarm that the tests of a file share, started by the first test; `undefined` if the test was skipped. */
export type SharedSwarm = (t: TestContext) => Promise<SwarmBed | undefined>;

/** Creates a swarm with this many nodes that the tests of a file share, and that is stopped after them. */
export function shareSwarm(size: number, managers = 1): SharedSwarm {
  let swarm: Promise<SwarmBed> | undefined;
  let stop: (() => Promise<void>) | undefined;
  after(async () => {
    await swarm?.catch(() => undefined);
    await stop?.();
  });
  return async (t) => {
    const lacks = lackOf();
    if (lacks === undefined) return (swarm ??= startSwarm(size, managers, (undo) => (stop = undo)));
    skipOrFail(t, lacks);
    return undefined;
  };
}

/** Returns what this machine lacks for a private swarm. */
function lackOf(): string | undefined {
  if (process.getuid?.() !== 0) return "a private swarm needs root";
  const missing = ["dockerd", "ip", "nsenter"].find((program) => !isInstalled(program));
  return missing === undefined ? undefined : `a private swarm needs ${missing}`;
}

async function startSwarm(
  size: number,
  managers: number,
  onStop: (undo: () => Promise<void>) => void,
): Promise<SwarmBed> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-swarm-"));
  const id = path.basename(dir).slice("dag-swarm-".length);
  // Of no private Docker daemon and no Kubernetes, and so many that two beds at once hardly ever share one.
  const subnet = `10.${randomInt(200, 250)}.${randomInt(256)}`;
  const bridge = `sw${id}`;
  const daemons: ChildProcess[] = [];
  const ending = new Set<ChildProcess>();
  onStop(() => takeDown({ dir, id, bridge, size, daemons, ending }));
  ip("link", "add", bridge, "type", "bridge");
  ip("addr", "add", `${subnet}.254/24`, "dev", bridge);
  ip("link", "set", bridge, "up");
  const nodes = Array.from({ length: size }, (_, at) =>
    startNode({ dir, id, bridge, subnet, number: at + 1, daemons, ending }),
  );
  await Promise.all(nodes.map(isUp));
  await join(nodes, managers);
  const [first] = nodes;
  if (first === undefined) throw new TypeError("a swarm has a node");
  const image = await shareImage(nodes);
  const network = "app";
  await first.docker.createNetwork({ Name: network, Driver: "overlay", Attachable: true });
  const netns = await attach(first.docker, image, network);
  return { nodes, image, network, gateway: { netns, address: first.address, port: PORT } };
}

function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { env: { PATH: SYSTEM_PATH }, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const SYSTEM_PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

function ip(...args: string[]): void {
  execFileSync("ip", args, { env: { PATH: SYSTEM_PATH } });
}

interface NodeSpec {
  readonly dir: string;
  readonly id: string;
  readonly bridge: string;
  readonly subnet: string;
  readonly number: number;
  readonly daemons: ChildProcess[];
  /** The daemons that a test or the end of the bed is ending. */
  readonly ending: Set<ChildProcess>;
}

function startNode({ dir, id, bridge, subnet, number, daemons, ending }: NodeSpec): SwarmNode {
  const [name, link, address] = [`sw${id}${number}`, `v${id}${number}`, `${subnet}.${number}`];
  ip("netns", "add", name);
  ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
  ip("link", "set", link, "master", bridge, "up");
  ip("-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
  ip("-n", name, "link", "set", "eth0", "up");
  ip("-n", name, "link", "set", "lo", "up");
  const home = path.join(dir, `n${number}`);
  const host = `unix://${home}/sock`;
  // Not `ip netns exec`, which hides /sys/fs/cgroup. There is no default route, so nothing leaves the machine.
  const daemon = [
    `mkdir -p ${home}; hostname ${name}; exec dockerd --data-root ${home}/data --exec-root ${home}/exec`,
    `--pidfile ${home}/pid -H ${host} -H tcp://${address}:2375 --tls=false --bip 172.${20 + number}.0.1/16`,
    `--default-address-pool base=10.${90 + number}.0.0/16,size=24 --shutdown-timeout 3`,
  ].join(" ");
  const logFile = path.join(dir, `log${number}`);
  const log = openSync(logFile, "a");
  const env = { PATH: SYSTEM_PATH, DOCKER_SERVICE_PREFER_OFFLINE_IMAGE: "1" };
  const args = [`--net=/run/netns/${name}`, "unshare", "--uts", "sh", "-c", daemon];
  const child = spawn("nsenter", args, { env, detached: true, stdio: ["ignore", log, log] });
  child.unref();
  daemons.push(child);
  child.once("exit", (code, signal) => {
    if (ending.has(child)) return;
    const lines = readFileSync(logFile, "utf8").slice(-4_000);
    process.stderr.write(`dockerd of node ${number} ended by itself with ${signal ?? code}:\n${lines}\n`);
  });
  return {
    docker: connect(host),
    host,
    address,
    netns: `/run/netns/${name}`,
    kill() {
      ending.add(child);
      child.kill("SIGKILL");
    },
    setConnected: (isConnected) => ip("link", "set", link, isConnected ? "up" : "down"),
  };
}

async function isUp({ docker, host }: SwarmNode): Promise<void> {
  const answers = async (): Promise<boolean> =>
    docker.ping().then(
      () => true,
      () => false,
    );
  await waitUntil(answers, 60_000, `the daemon at ${host}`);
}

async function join(nodes: readonly SwarmNode[], managers: number): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  const listen = { ListenAddr: "0.0.0.0:2377" };
  await first.docker.swarmInit({ ...listen, AdvertiseAddr: first.address });
  const { JoinTokens } = (await first.docker.swarmInspect()) as { JoinTokens: { Manager: string; Worker: string } };
  for (const [at, { docker, address }] of others.entries()) {
    const JoinToken = at + 1 < managers ? JoinTokens.Manager : JoinTokens.Worker;
    await docker.swarmJoin({ ...listen, AdvertiseAddr: address, RemoteAddrs: [`${first.address}:2377`], JoinToken });
  }
  const isComplete = async (): Promise<boolean> => {
    const known = (await first.docker.listNodes()) as { Status?: { State?: string } }[];
    return known.length === nodes.length && known.every(({ Status }) => Status?.State === "ready");
  };
  await waitUntil(isComplete, 30_000, "all nodes in the swarm");
}

/** Creates the image on the first node and copies it to the others, so that its id is the same everywhere. */
async function shareImage([first, ...others]: readonly SwarmNode[]): Promise<string> {
  if (first === undefined) return "";
  const name = await ensureImage(first.docker, "app");
  const { Id } = await first.docker.getImage(name).inspect();
  for (const { docker } of others) {
    const stream = await docker.loadImage(await first.docker.getImage(name).get());
    for await (const _ of stream as AsyncIterable<unknown>);
  }
  return Id;
}

/** Creates a container on the overlay network; programs in its network namespace are on that network as well. */
async function attach(docker: Docker, image: string, network: string): Promise<string> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: ["sleep", "2147483"],
    ExposedPorts: { [`${PORT}/tcp`]: {} },
    HostConfig: { NetworkMode: network, PortBindings: { [`${PORT}/tcp`]: [{ HostPort: String(PORT) }] } },
  });
  await container.start();
  return `/proc/${(await container.inspect()).State.Pid}/ns/net`;
}

/** Ends the daemons with all that they started, at once: nothing of them is needed any more. */
async function takeDown(
  bed: Pick<NodeSpec, "dir" | "id" | "bridge" | "daemons" | "ending"> & { readonly size: number },
): Promise<void> {
  for (const daemon of bed.daemons) bed.ending.add(daemon);
  await killRemains(bed.dir);
  for (let number = 1; number <= bed.size; number += 1) ip("netns", "del", `sw${bed.id}${number}`);
  ip("link", "del", bed.bridge);
}
