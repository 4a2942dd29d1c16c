import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";

/** Sends a signal to all processes of a group; ignores a group that has ended. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: no process is left.
  }
}

/**
 * Returns whether a process of this group still runs. Zombies do not count, because they stay forever if nothing reaps
 * them.
 */
export function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || groupMembers(group).some(({ state }) => state !== "Z" && state !== "X");
}

/** One process of a group, from `/proc/PID/stat`. */
export interface Member {
  readonly pid: number;
  readonly state: string;
  /** The CPU time of the process and its ended children, in milliseconds. */
  readonly cpuMs: number;
}

/** Returns the processes of a group (Linux only). */
export function groupMembers(group: number): Member[] {
  return allPids().flatMap((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // The name in parentheses may itself contain parentheses.
    const [state = "", , pgrp, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(pgrp) !== group) return [];
    const ticks = fields.slice(8, 12).reduce((sum, field) => sum + Number(field), 0);
    return [{ pid, state, cpuMs: ticks * MS_PER_TICK }];
  });
}

/** Kills every process with this environment variable, in whatever group it is now (Linux only). */
export function killMarked(mark: string): void {
  for (const pid of allPids()) {
    if (pid !== process.pid && read(`/proc/${pid}/environ`).includes(mark)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // The process has just ended.
      }
    }
  }
}

/** Returns the resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Parses `SIGTERM`, `TERM` or `15`; `undefined` for an invalid signal. */
export function parseSignal(text: string): NodeJS.Signals | undefined {
  const upper = text.toUpperCase();
  const all = Object.entries(os.constants.signals) as [NodeJS.Signals, number][];
  return all.find(([name, number]) => name === upper || name === `SIG${upper}` || String(number) === text)?.[0];
}

/** The unit of CPU times in `stat`: a hundredth of a second on every Linux. */
const MS_PER_TICK = 10;

function allPids(): number[] {
  try {
    return readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
