import { readFileSync } from "node:fs";

/** USER_HZ: what `/proc` counts in, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has spent so far, all its threads, user and system. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may hold spaces and parentheses; what follows its end does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
