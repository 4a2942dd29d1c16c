import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { EngineError } from "../../lifecycle/ports.ts";
import type { DockerClient } from "./client.ts";
import { inspect, networkOwner } from "./inspect.ts";

/** The facts about the gateway's own container that determine how it reaches others. */
export interface Self {
  readonly id: string;
  /** `undefined` if it uses the host's network, and so reaches everything as the host does. */
  readonly networks: ReadonlySet<string> | undefined;
  /** The host's address on one of these networks; `undefined` if it has none (internal networks). */
  readonly hostAddress: string | undefined;
}

/**
 * Finds the container in which this process runs; `undefined` when it runs on the host, or in a container unknown to
 * this Docker.
 */
export async function findSelf(client: DockerClient, proc = "/proc"): Promise<Self | undefined> {
  for (const candidate of await candidates(proc)) {
    const found = await inspect(client, candidate);
    if (found === undefined) continue;
    const { Id: id } = found;
    const facts = await networkOwner(client, found);
    if (facts.HostConfig.NetworkMode === "host") return { id, networks: undefined, hostAddress: undefined };
    const networks = Object.entries(facts.NetworkSettings.Networks ?? {});
    const gateways = networks.flatMap(([, at]) => [at.Gateway, at.IPv6Gateway]).filter(Boolean);
    return { id, networks: new Set(networks.map(([name]) => name)), hostAddress: gateways[0] };
  }
  return undefined;
}

/** Returns the ids that our own container may have, the most certain first. */
async function candidates(proc: string): Promise<Set<string>> {
  const [mounts, cgroup] = await Promise.all(
    ["mountinfo", "cgroup"].map((file) => readFile(path.join(proc, "self", file), "utf8").catch(() => "")),
  );
  return new Set([...idsInMounts(mounts ?? ""), ...idsInCgroup(cgroup ?? ""), ...idsInHostname(os.hostname())]);
}

/**
 * Returns the container ids in the mounts of the three files that Docker mounts from a container's own directory. Other
 * mounts are ignored, because on the host the directories of *other* containers are mount points too.
 */
export function idsInMounts(mountinfo: string): string[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [, , , root = "", mountPoint = ""] = line.split(" ");
    if (!/^\/etc\/(?:hostname|hosts|resolv\.conf)$/.test(mountPoint)) return [];
    return /containers\/([0-9a-f]{64})\//.exec(root)?.slice(1) ?? [];
  });
}

function idsInCgroup(cgroup: string): string[] {
  return [...cgroup.matchAll(/[/-]([0-9a-f]{64})(?:\.scope)?$/gm)].map(([, id = ""]) => id);
}

function idsInHostname(hostname: string): string[] {
  return /^[0-9a-f]{12}$/.test(hostname) ? [hostname] : [];
}

/** Returns whether the failed call was forbidden by a socket proxy; the gateway then counts as not in a container. */
export function isForbidden(error: unknown): boolean {
  return error instanceof EngineError && error.code === "refused";
}
