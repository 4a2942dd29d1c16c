import { readFile } from "node:fs/promises";
import type { ContainerInspectInfo } from "dockerode";

/**
 * The texts of `/proc/PID/net/tcp` and `tcp6` in a running container's network, read through its first process;
 * `undefined` where that process cannot be seen.
 */
export async function readTcpTables({ Id: id, State }: ContainerInspectInfo): Promise<readonly string[] | undefined> {
  const proc = `/proc/${State.Pid}`;
  try {
    // Inside a container the number may be another process: only its control group proves whose it is.
    if (!(await readFile(`${proc}/cgroup`, "utf8")).includes(id)) return undefined;
    return await Promise.all(["tcp", "tcp6"].map((table) => readFile(`${proc}/net/${table}`, "utf8").catch(() => "")));
  } catch {
    return undefined;
  }
}
