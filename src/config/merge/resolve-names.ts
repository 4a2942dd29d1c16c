import type { InventoryItem } from "../../core/observation.ts";
import { containerFault, type Fault } from "../check/faults.ts";
import type { FileConfig } from "../parse/load-config.ts";
import { isLabelled, withMembers } from "./leave-swarm-tasks.ts";

/** A configuration with the names of the inventory. */
export interface ResolvedNames {
  readonly config: FileConfig;
  readonly faults: readonly Fault[];
}

/**
 * Resolves the names in the file. A container of another Docker host is called `nas:notes`; `notes` is sufficient if no
 * other host has one. A container of `DOCKER_HOST` has a plain name; to distinguish it from others, the file may call
 * it `local:notes` with the name that the file gives to that host, else `docker:notes`.
 */
export function resolveNames(config: FileConfig, inventory: readonly InventoryItem[]): ResolvedNames {
  const others = new Set(config.docker.filter(({ host }) => host !== "").map(({ name }) => name));
  if (config.docker.length === 0) return { config, faults: [] };
  const usual = config.gateway.defaultDocker;
  const places = placesOf(inventory, others, usual);
  const faults: Fault[] = [];
  const left = new Set<string>();

  /** Returns the name in the inventory; `undefined`, with a fault, if it is ambiguous. */
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

/** Maps each name that the file may use to the names in the inventory. */
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

/**
 * Warns of a plain name that two enabled containers have: both are managed, but neither can be requested by that name.
 */
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
  return containerFault(name, message);
}

function split(name: string): readonly [host: string | undefined, rest: string] {
  const colon = name.indexOf(":");
  return colon === -1 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}
