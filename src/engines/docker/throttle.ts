import type { ContainerInspectInfo, HostConfig } from "dockerode";
import type { DockerClient } from "./client.ts";

/** Limits containers' CPU shares, and gives back the limit that each had before. */
export interface Throttle {
  limit(found: ContainerInspectInfo, cpus: number): Promise<void>;
  /** Makes it as it was before the first limit; does nothing without one. */
  lift(found: ContainerInspectInfo): Promise<void>;
}

type CpuLimit = Pick<HostConfig, "NanoCpus" | "CpuQuota" | "CpuPeriod">;

/** Makes a throttle. After a restart of the gateway it still knows which limits are its own, but not what was before. */
export function createThrottle(client: DockerClient): Throttle {
  const originals = new Map<string, CpuLimit>();

  function update(id: string, limit: CpuLimit): Promise<void> {
    return client.call(
      (docker, abortSignal) => docker.getContainer(id).update({ ...limit, abortSignal }) as Promise<void>,
    );
  }

  return {
    async limit({ Id: id, HostConfig: host }, cpus) {
      const original = originals.get(id) ?? (isOurs(host) ? {} : pickLimit(host));
      await update(id, narrow(host, cpus));
      originals.set(id, original);
    },
    async lift({ Id: id, HostConfig: host }) {
      if (!isOurs(host)) return;
      const { cpus } = await client.server();
      await update(id, widen(host, originals.get(id) ?? {}, cpus));
      originals.delete(id);
    },
  };
}

/** Limits that we set end with this number of billionths of a CPU (or millionths of a second), which nobody else writes. */
const MARK = 7;

function isOurs({ NanoCpus = 0, CpuQuota = 0 }: CpuLimit): boolean {
  return NanoCpus % 1000 === MARK || CpuQuota % 1000 === MARK;
}

function pickLimit({ NanoCpus, CpuQuota, CpuPeriod }: CpuLimit): CpuLimit {
  return { NanoCpus, CpuQuota, CpuPeriod };
}

/** Docker refuses one kind of limit where the other is set. */
function narrow(now: CpuLimit, cpus: number): CpuLimit {
  if (!now.CpuQuota) return { NanoCpus: mark(cpus * 1e9) };
  const CpuPeriod = now.CpuPeriod || DEFAULT_PERIOD_US;
  return { CpuPeriod, CpuQuota: mark(cpus * CpuPeriod) };
}

/** An update takes 0 for "leave it", so "no limit" is written as all CPUs, or as a negative quota. */
function widen(now: CpuLimit, original: CpuLimit, cpus: number): CpuLimit {
  if (!now.CpuQuota) return { NanoCpus: original.NanoCpus || cpus * 1e9 };
  return { CpuPeriod: now.CpuPeriod || DEFAULT_PERIOD_US, CpuQuota: original.CpuQuota || -1 };
}

function mark(limit: number): number {
  return Math.max(1, Math.floor(limit / 1000)) * 1000 + MARK;
}

/** The kernel's, in microseconds. */
const DEFAULT_PERIOD_US = 100_000;
