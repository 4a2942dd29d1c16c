import type { ContainerInspectInfo, ContainerStats } from "dockerode";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Traffic, Usage } from "../../core/usage.ts";
import type { DockerClient } from "./client.ts";
import { establishedFrom } from "./established.ts";
import { ownerIn } from "./inspect.ts";
import { payloadSegments } from "./payload-segments.ts";
import { readNetworkFiles } from "./tcp-tables.ts";

/** Returns the counters of a running container, with the connections to these ports; `undefined` if Docker has none. */
export async function readUsage(
  client: DockerClient,
  found: ContainerInspectInfo,
  ports: readonly number[],
): Promise<Usage | undefined> {
  const [stats, sockets] = await Promise.all([
    readStats(client, found.Id),
    ports.length === 0 ? undefined : readNetwork(found, ports),
  ]);
  if (stats?.cpu_stats?.cpu_usage === undefined) return undefined;
  return {
    ...networkCounters(stats, found.HostConfig.NetworkMode === "host"),
    cpuMs: stats.cpu_stats.cpu_usage.total_usage / 1e6,
    memoryBytes: usedMemory(stats.memory_stats),
    connections: sockets?.connections,
    remotes: sockets?.remotes,
    payload: sockets?.payload,
    sharesNetwork: ownerIn(found.HostConfig.NetworkMode) !== undefined,
  };
}

/** Returns the same at once, without CPU and memory; `undefined` if the container's processes are not visible. */
export async function readTraffic(found: ContainerInspectInfo, ports: readonly number[]): Promise<Traffic | undefined> {
  const { NetworkMode: mode } = found.HostConfig;
  const network = mode === "host" ? undefined : await readNetwork(found, ports);
  if (network?.counters === undefined) return undefined;
  const { counters, ...sockets } = network;
  return { ...counters, ...sockets, sharesNetwork: ownerIn(mode) !== undefined };
}

async function readStats(client: DockerClient, id: string): Promise<ContainerStats | undefined> {
  try {
    return await client.call((docker, abortSignal) =>
      // One sample: without `one-shot` Docker takes two, a second apart.
      docker.getContainer(id).stats({ stream: false, "one-shot": true, abortSignal } as { stream: false }),
    );
  } catch (error) {
    if (error instanceof EngineError && error.code === "absent") return undefined;
    throw error;
  }
}

type NetworkCounters = Pick<Traffic, "rxBytes" | "txBytes" | "rxPackets" | "txPackets">;

function networkCounters(stats: ContainerStats, onHostNetwork: boolean): NetworkCounters {
  const networks = onHostNetwork ? undefined : (stats.networks as typeof stats.networks | undefined);
  if (networks === undefined) {
    return { rxBytes: undefined, txBytes: undefined, rxPackets: undefined, txPackets: undefined };
  }
  const sum = (key: "rx_bytes" | "tx_bytes" | "rx_packets" | "tx_packets"): number =>
    Object.values(networks).reduce((total, one) => total + one[key], 0);
  return {
    rxBytes: sum("rx_bytes"),
    txBytes: sum("tx_bytes"),
    rxPackets: sum("rx_packets"),
    txPackets: sum("tx_packets"),
  };
}

/**
 * Returns the memory as in `docker stats`: without the reclaimable page cache, which cgroup 1 and 2 name differently.
 */
function usedMemory(memory: Partial<ContainerStats["memory_stats"]>): number {
  const details = memory.stats as Partial<Record<string, number>> | undefined;
  const reclaimable = details?.total_inactive_file ?? details?.inactive_file ?? 0;
  return Math.max(0, (memory.usage ?? 0) - reclaimable);
}

/** Reads the tables of the network; `undefined` if the container's processes are not visible. */
async function readNetwork(
  found: ContainerInspectInfo,
  ports: readonly number[],
): Promise<
  | (Pick<Traffic, "connections" | "remotes" | "payload"> & { readonly counters: NetworkCounters | undefined })
  | undefined
> {
  const files = await readNetworkFiles(found, ["tcp", "tcp6", "netstat", "snmp", "dev"]);
  if (files === undefined) return undefined;
  const [tcp = "", tcp6 = "", netstat = "", snmp = "", dev = ""] = files;
  const remotes = [tcp, tcp6].flatMap((table) => establishedFrom(table, ports));
  return {
    connections: remotes.length,
    remotes,
    payload: payloadSegments(netstat, snmp, dev),
    counters: interfaceCounters(dev),
  };
}

/**
 * Sums the counters of the interfaces that Docker has given a container, in the text of `/proc/PID/net/dev`, like
 * Docker's own figures: without loopback and the container's own tunnels. `undefined` if no interface has one of Docker's usual names.
 */
function interfaceCounters(dev: string): NetworkCounters | undefined {
  const rows = [...dev.matchAll(/^\s*eth\d+:\s*(.+)$/gm)].map(([, numbers = ""]) => numbers.split(/\s+/).map(Number));
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return rows.length === 0 ? undefined : { rxBytes: sum(0), rxPackets: sum(1), txBytes: sum(8), txPackets: sum(9) };
}
