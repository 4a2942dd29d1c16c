import { EngineError } from "../../lifecycle/ports.ts";
import type { SwarmClient } from "./swarm-client.ts";
import type { Node, Task } from "./swarm-objects.ts";

/**
 * Leaves out tasks on nodes that are down, which Swarm reports as running for a day. Only tasks that are being replaced
 * can be among these, so the nodes are rarely read.
 */
export async function withoutLost(client: SwarmClient, tasks: readonly Task[]): Promise<readonly Task[]> {
  if (!tasks.some(isReplaced)) return tasks;
  const down = await downNodes(client);
  return tasks.filter((task) => !isReplaced(task) || !down.has(task.NodeID ?? ""));
}

function isReplaced({ DesiredState, Status: { State } }: Task): boolean {
  return State === "running" && DesiredState !== "running";
}

async function downNodes(client: SwarmClient): Promise<ReadonlySet<string>> {
  try {
    const nodes = await client.call<readonly Node[]>("GET", "/nodes");
    return new Set(nodes.filter(({ Status }) => Status?.State === "down").map(({ ID }) => ID));
  } catch (error) {
    if (error instanceof EngineError) return new Set(); // a socket proxy may forbid it
    throw error;
  }
}
