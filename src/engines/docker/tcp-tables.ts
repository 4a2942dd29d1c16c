import { readFile } from "node:fs/promises";
import type { ContainerInspectInfo } from "dockerode";

/** The tables of sockets in a running container's network; `undefined` where they cannot be seen. */
export function readTcpTables(found: ContainerInspectInfo): Promise<readonly string[] | undefined> {
  return readNetworkFiles(found, ["tcp", "tcp6"]);
}

/**
 * The texts of files below `/proc/PID/net` in a running container's network, read through its first process; `undefined`
 * where that process cannot be seen.
 */
export async function readNetworkFiles(
  { Id: id, State }: ContainerInspectInfo,
  files: readonly string[],
): Promise<readonly string[] | undefined> {
  const proc = `/proc/${State.Pid}`;
  try {
    // Inside a container the number may be another process: only its control group proves whose it is.
    if (!(await readFile(`${proc}/cgroup`, "utf8")).includes(id)) return undefined;
    return await Promise.all(files.map((file) => readFile(`${proc}/net/${file}`, "utf8").catch(() => "")));
  } catch {
    return undefined;
  }
}
