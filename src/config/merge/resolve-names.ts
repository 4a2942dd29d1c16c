import type { InventoryItem } from "../../core/observation.ts";
import type { Fault } from "../check/faults.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { isLabelled, withMembers } from "./leave-swarm-tasks.ts";

/** A configuration in which every container is called as in the inventory. */
export interface ResolvedNames {
  readonly config: FileConfig;
  readonly faults: readonly Fault[];
}

/**
 * Containers of other Docker hosts are called `nas:notes`, and so they may be in the file; `notes` will do where no other host
 * has one. Of those of `DOCKER_HOST` the plain name is their own: `local:notes` (as the file calls that host, else
 * `docker:notes`) tells them from others.
 */
export function resolveNames(config: FileConfig, inventory: readonly InventoryItem[]): ResolvedNames {
  const others = new Set(config.docker.filter(({ host }) => host !== "").map(({ name }) => name));
  if (config.docker.length === 0) return { config, faults: [] };
  const usual = config.gateway.usualDocker;
  const places = placesOf(inventory, others, usual);
  const faults: Fault[] = [];
  const left = new Set<string>();

  /** The name in the inventory; `undefined`, with a fault, where that is not settled. */
  function resolve(written: string): string | undefined {
    const [host, rest] = split(written);
    if (host === usual) return rest;
    if (host !== undefined) return written;
    const found = places.get(written) ?? [];
    if (found.length > 1) {
      if (!left.has(written)) faults.push(ambiguous(written, found, usual));
      left.add(written);
      return undefined;
    }
    return found[0] ?? written;
  }

  const containers = config.containers.flatMap((keys) => {
    const name = keys.process === undefined ? resolve(keys.name) : keys.name;
    return name === undefined ? [] : [{ ...keys, name }];
  });
  const groups = withMembers(config.groups, resolve);
  const renamed = config.containers.flatMap(({ name: from, process }) => {
    const to = process === undefined ? resolve(from) : undefined;
    return to === undefined || to === from ? [] : [{ from, to }];
  });
  const provenance = new Map(config.provenance);
  for (const { from, to } of renamed) {
    for (const [key, origin] of config.provenance) {
      if (key.startsWith(`${from}.`)) provenance.set(to + key.slice(from.length), origin);
    }
  }
  return {
    config: { ...config, containers, groups, provenance },
    faults: [...faults, ...twice(inventory, places, usual)],
  };
}

/** Where there is a container of a plain name, by that: the names in the inventory. */
function placesOf(
  inventory: readonly InventoryItem[],
  others: ReadonlySet<string>,
  usual: string,
): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const { name } of inventory) {
    const [host, rest] = split(name);
    if (host !== undefined && !others.has(host) && host !== usual) continue;
    places.set(rest, [...(places.get(rest) ?? []), name]);
  }
  return places;
}

/** Two that ask to be looked after are both served, each by its own hosts; nobody can name either by the plain name. */
function twice(
  inventory: readonly InventoryItem[],
  places: ReadonlyMap<string, readonly string[]>,
  usual: string,
): readonly Fault[] {
  const labelled = new Set(inventory.filter(isLabelled).map(({ name }) => name));
  return [...places].flatMap(([name, found]) => {
    const both = found.filter((one) => labelled.has(one));
    return both.length > 1 ? [ambiguous(name, both, usual)] : [];
  });
}

function ambiguous(name: string, found: readonly string[], usual: string): Fault {
  const full = found.map((one) => (split(one)[0] === undefined ? `${usual}:${one}` : one)).toSorted();
  const hosts = full.map((one) => `"${one.slice(0, one.indexOf(":"))}"`);
  const message = `it exists on the Docker hosts ${hosts.join(" and ")}: name it ${full.join(" or ")}`;
  return { place: { kind: "container", container: name }, key: "", message };
}

function split(name: string): readonly [host: string | undefined, rest: string] {
  const colon = name.indexOf(":");
  return colon === -1 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}
