import { z } from "zod";
import { nearest } from "../config/schema/nearest.ts";
import { createHostTable } from "../core/host-table.ts";

/** The part of `/_status/api` with the names of containers. */
export const inventorySchema = z.object({
  containers: z.array(z.object({ name: z.string(), engine: z.string().optional(), hosts: z.array(z.string()) })),
  groups: z.array(z.object({ name: z.string(), hosts: z.array(z.string()), containers: z.array(z.string()) })),
});

type Inventory = z.output<typeof inventorySchema>;

/**
 * Finds containers by a container's name, a group's name, a host or a URL; returns a sentence if there are none. Hosts
 * are matched like those of requests.
 */
export function findContainers({ containers, groups }: Inventory, wanted: string): readonly string[] | string {
  const host = wanted.includes("://") && URL.canParse(wanted) ? new URL(wanted).host : wanted;
  if (containers.some(({ name }) => name === wanted)) return [wanted];
  const group = groups.find(({ name }) => name === wanted);
  if (group !== undefined) return group.containers;
  const hosts = createHostTable<readonly string[]>([
    ...containers.flatMap(({ name, hosts: own }) => own.map((each) => [each, [name]] as const)),
    ...groups.flatMap(({ containers: members, hosts: own }) => own.map((each) => [each, members] as const)),
  ]);
  const found = hosts.find(host);
  if (found !== undefined) return found;
  const others = containers.filter((one) => otherNamesOf(one).includes(wanted));
  if (others.length === 1) return others.map(({ name }) => name);
  const known = [...containers, ...groups].flatMap(({ name, hosts: own }) => [name, ...own]);
  const like = nearest(host, known);
  return `no container, group or host is called "${wanted}"${like === undefined ? "" : `; did you mean "${like}"?`}`;
}

/**
 * Returns other names of a container: `local:notes` for `notes` on `DOCKER_HOST`, and the plain name on another host.
 */
function otherNamesOf({ name, engine = "" }: Inventory["containers"][number]): readonly string[] {
  return name.startsWith(`${engine}:`) ? [name.slice(engine.length + 1)] : [`${engine}:${name}`];
}
