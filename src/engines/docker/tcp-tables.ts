import { readFile } from "node:fs/promises";
import type { ContainerInspectInfo } from "dockerode";

/** Returns the socket tables of a running container's network; `undefined` if they are not visible. */
export function readTcpTables(found: ContainerInspectInfo): Promise<readonly string[] | undefined> {
  return readNetworkFiles(found, ["tcp", "tcp6"]);
}

/**
 * Reads files below `/proc/PID/net` of a running container's first process; `undefined` if that process is not visible.
 */
export async function readNetworkFiles(
  { Id: id, State }: ContainerInspectInfo,
  files: readonly string[],
): Promise<readonly string[] | undefined> {
  const proc = `/proc/${State.Pid}`;
  try {
    // Inside a container the same PID may be another process, so the control group must name the container.
    if (!(await readFile(`${proc}/cgroup`, "utf8")).includes(id)) return undefined;
    return await Promise.all(files.map((file) => readFile(`${proc}/net/${file}`, "utf8").catch(() => "")));
  } catch {
    return undefined;
  }
}
