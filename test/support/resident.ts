import { readFileSync } from "node:fs";

/** Returns the resident memory (RSS) of a process in megabytes of 10⁶ bytes, including shared memory. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) * 1024) / 1e6;
}
