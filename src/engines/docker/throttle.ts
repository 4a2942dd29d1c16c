import type { ContainerInspectInfo, HostConfig } from "dockerode";
import type { Allowance, Limits } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";

/** Limits containers, and restores their own limits. */
export interface Throttle {
  read(found: ContainerInspectInfo): Limits;
  limit(found: ContainerInspectInfo, allowance: Allowance): Promise<void>;
  restore(found: ContainerInspectInfo, own: Limits): Promise<void>;
}

type Limiting = Pick<HostConfig, "Memory" | "NanoCpus" | "CpuQuota" | "CpuPeriod" | "MemoryReservation">;

/** Creates a throttle. The caller keeps the limits to restore. */
export function createThrottle(client: DockerClient): Throttle {
  async function update(id: string, limits: Limiting): Promise<void> {
    if (Object.keys(limits).length === 0) return;
    await client.call((docker, abortSignal) => docker.getContainer(id).update({ ...limits, abortSignal }));
  }

  return {
    read({ Id: id, HostConfig: { NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0, MemoryReservation = 0 } }) {
      return { id, values: { NanoCpus, CpuQuota, CpuPeriod, MemoryReservation } };
    },
    async limit({ Id: id, HostConfig: host }, { cpus, memoryBytes }) {
      const { cgroup2 } = await client.server();
      await update(id, { ...narrowCpu(host, cpus), ...narrowMemory(host, memoryBytes, cgroup2) });
    },
    async restore({ Id: id, HostConfig: host }, own) {
      if (own.id !== id) return;
      const { cpus } = await client.server();
      await update(id, { ...widenCpu(host, own.values, cpus), ...widenMemory(host, own.values) });
    },
  };
}

/** Returns the CPU limit in the kind that is set, because Docker refuses to set the other one. */
function narrowCpu({ NanoCpus = 0, CpuQuota = 0, CpuPeriod }: Limiting, cpus: number): Limiting {
  if (CpuQuota <= 0) return { NanoCpus: least(NanoCpus, Math.round(cpus * 1e9)) };
  const period = CpuPeriod || DEFAULT_PERIOD_US;
  return { CpuPeriod: period, CpuQuota: least(CpuQuota, Math.max(1_000, Math.round(cpus * period))) };
}

/** Docker treats 0 as "unchanged", so "no limit" is written as all CPUs, or as a negative quota. */
function widenCpu(now: Limiting, own: Limiting, cpus: number): Limiting {
  if (now.CpuQuota) return { CpuPeriod: now.CpuPeriod || DEFAULT_PERIOD_US, CpuQuota: own.CpuQuota || -1 };
  const NanoCpus = own.NanoCpus || cpus * 1e9;
  return now.NanoCpus === NanoCpus ? {} : { NanoCpus };
}

/**
 * In cgroup 2 a reservation protects memory, so a container without one has nothing to give up. In cgroup 1 it is what
 * remains when memory is short, and without one everything remains.
 */
function narrowMemory({ Memory = 0, MemoryReservation = 0 }: Limiting, bytes: number, cgroup2: boolean): Limiting {
  const isProtected = MemoryReservation > 0;
  if (bytes === 0 || (cgroup2 && !isProtected) || (isProtected && MemoryReservation <= bytes)) return {};
  return { MemoryReservation: least(Memory, bytes) };
}

function widenMemory(now: Limiting, own: Limiting): Limiting {
  const MemoryReservation = own.MemoryReservation || NONE;
  const isSame = now.MemoryReservation === MemoryReservation || (!now.MemoryReservation && !own.MemoryReservation);
  return isSame ? {} : { MemoryReservation };
}

/** Returns the lower of the limit that is set and `limit`; 0 and negative values mean unlimited. */
function least(set: number, limit: number): number {
  return set > 0 ? Math.min(set, limit) : limit;
}

const NONE = -1;
/** The kernel's default, in microseconds. */
const DEFAULT_PERIOD_US = 100_000;
