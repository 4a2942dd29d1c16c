import { readFile } from "node:fs/promises";
import type { ContainerInspectInfo } from "dockerode";

/** Returns the socket tables in the network of a running container; `undefined` where they are not visible. */
export function readTcpTables(found: ContainerInspectInfo): Promise<readonly string[] | undefined> {
  return readNetworkFiles(found, ["tcp", "tcp6"]);
}

/**
 * Returns the texts of files below `/proc/PID/net` in the network of a running container, read through its first
 * process; `undefined` where that process is not visible.
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
