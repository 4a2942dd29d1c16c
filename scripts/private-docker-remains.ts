import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { releaseBridge, type Bridge } from "./private-bridge.ts";

/** The prefix of the directories of private daemons, in the temporary directory. */
export const dirPrefix = "dagd-";

/** Removes what is left of private daemons whose owner was killed. */
export async function clearRemains(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(dirPrefix))) {
    const dir = path.join(tmpdir(), name);
    const owner = readOwner(dir);
    if (owner === undefined || isAlive(owner.pid)) continue;
    await killRemains(dir);
    releaseBridge(owner.bridge);
  }
}

/** Ends the processes of a private daemon's directory, unmounts its mounts, and removes it. */
export async function killRemains(dir: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const pids = processesOf(dir);
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
    await sleep(50);
  }
  for (const mount of mountsBelow(dir)) {
    try {
      execFileSync("umount", ["-l", mount], { stdio: "ignore" });
    } catch {
      // Already unmounted.
    }
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Returns the daemon, containerd and its shims, whose arguments contain the directory, and containers, which are
 * children of shims.
 */
function processesOf(dir: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const own = new Set<string>();
  const parents = new Map<string, string>();
  for (const pid of pids) {
    if (read(`/proc/${pid}/cmdline`).includes(`${dir}/`)) own.add(pid);
    parents.set(pid, /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? "");
  }
  const isOurs = (pid: string): boolean => {
    for (let at: string | undefined = pid; at !== undefined; at = parents.get(at)) if (own.has(at)) return true;
    return false;
  };
  return pids.filter((pid) => isOurs(pid) && Number(pid) !== process.pid && !isZombie(pid)).map(Number);
}

function isZombie(pid: string): boolean {
  return /^State:\s+Z/m.test(read(`/proc/${pid}/status`));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already ended.
  }
}

function mountsBelow(dir: string): string[] {
  const targets = read("/proc/mounts")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return targets.filter((target) => target.startsWith(`${dir}/`)).reverse();
}

function readOwner(dir: string): { pid: number; bridge: Bridge } | undefined {
  try {
    return JSON.parse(readFileSync(path.join(dir, "owner.json"), "utf8")) as { pid: number; bridge: Bridge };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
