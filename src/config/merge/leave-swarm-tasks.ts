import type { InventoryItem } from "../../core/observation.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { ENABLED } from "../parse/labels.ts";
import { parseFlag } from "../schema/values.ts";

/** A configuration and an inventory without the tasks of Docker Swarm. */
export interface WithoutTasks {
  readonly config: FileConfig;
  readonly inventory: readonly InventoryItem[];
  /** One warning for each service whose tasks were configured. */
  readonly warnings: readonly string[];
}

/** Removes the tasks of Docker Swarm: Swarm replaces each task that is stopped, so two would run at once (issue 13). */
export function leaveSwarmTasks(config: FileConfig, inventory: readonly InventoryItem[]): WithoutTasks {
  const tasks = new Map(inventory.filter(isTask).map((item) => [item.name, item]));
  if (tasks.size === 0) return { config, inventory, warnings: [] };
  const inFile = new Set([...config.containers, ...config.groups.flatMap(membersOf)].map(({ name }) => name));
  const wanted = [...tasks.values()].filter((item) => isLabelled(item) || inFile.has(item.name));
  return {
    config: {
      ...config,
      containers: config.containers.filter(({ name }) => !tasks.has(name)),
      groups: withMembers(config.groups, (name) => (tasks.has(name) ? undefined : name)),
    },
    inventory: inventory.filter((item) => !isTask(item)),
    warnings: [...new Set(wanted.map(serviceOf))].toSorted().map(warningFor),
  };
}

const TASK_ID = "com.docker.swarm.task.id";

function isTask({ labels }: InventoryItem): boolean {
  return labels[TASK_ID] !== undefined;
}

/** Resolves the members of the file's groups; leaves out groups without members. */
export function withMembers(
  groups: FileConfig["groups"],
  meant: (name: string) => string | undefined,
): FileConfig["groups"] {
  return groups.flatMap((group) => {
    const containers = group.containers.flatMap((name) => meant(name) ?? []);
    return containers.length === 0 && group.containers.length > 0 ? [] : [{ ...group, containers }];
  });
}

/** Returns whether its labels enable it. */
export function isLabelled({ labels }: Pick<InventoryItem, "labels">): boolean {
  const enabled = parseFlag(labels[ENABLED] ?? "");
  return enabled.ok && enabled.value;
}

function membersOf({ containers }: FileConfig["groups"][number]): { readonly name: string }[] {
  return containers.map((name) => ({ name }));
}

/** Returns the service of a task, from its label or from its name (`web.1.k2b…`). */
function serviceOf({ name, labels }: InventoryItem): string {
  return labels["com.docker.swarm.service.name"] ?? name.replace(/\.[^.]+\.[^.]+$/, "");
}

function warningFor(service: string): string {
  return `service "${service}" runs in Docker Swarm: its tasks are left alone, because Swarm replaces every task that is stopped; put its dag.* labels on the service itself (deploy.labels, docker service update --label-add) and let the gateway talk to a manager, or run it with docker compose up`;
}
