import { readFileSync } from "node:fs";

/** The memory of a process that is in use now, in megabytes of 10⁶ bytes (RSS: what it shares with others is counted whole). */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) * 1024) / 1e6;
}
