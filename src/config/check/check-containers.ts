import { sameHostName } from "../../core/same-host-name.ts";
import { findCycles } from "../../core/dependency-graph.ts";
import { hostOf } from "../schema/host-port.ts";
import type { ContainerKeys } from "../schema/container-schema.ts";
import { fitToEngine } from "./fit-to-engine.ts";
import type { KeyIssue } from "./schema-issues.ts";
import { scheduleClash } from "./schedule-clash.ts";

/** One container of the file with its index there; faulty ones may be missing in between. */
export interface Positioned<T> {
  readonly index: number;
  readonly keys: T;
}

/** What the checks across containers need. */
export interface ContainerContext {
  /** All names in the file, including those of faulty containers. */
  readonly names: ReadonlySet<string>;
  /** The names of all Docker hosts in the file, including faulty ones. */
  readonly dockerHosts: readonly string[];
  readonly timezone: string;
  readonly nowMs: number;
}

/** Checks the rules across containers: names, hosts, dependencies, schedules. */
export function checkContainers(
  containers: readonly Positioned<ContainerKeys>[],
  context: ContainerContext,
): KeyIssue[] {
  return [
    ...duplicateNames(containers),
    ...sharedHosts(containers),
    ...containers.flatMap((container) => badDependencies(container, context.names)),
    ...cycles(containers, context.names),
    ...containers.flatMap((container) => [
      ...schedule(container, context),
      ...processPort(container),
      ...unknownSource(container, context.dockerHosts),
      ...lackedByEngine(container),
    ]),
  ];
}

function duplicateNames(containers: readonly Positioned<ContainerKeys>[]): KeyIssue[] {
  const places = containers.map(({ index, keys }) => ({ value: keys.name, path: ["containers", index, "name"] }));
  return repeated(places).map(({ value, path }) => ({
    path,
    part: "value",
    message: `duplicate container name found: "${value}"`,
  }));
}

function sharedHosts(containers: readonly Positioned<ContainerKeys>[]): KeyIssue[] {
  const places = containers.flatMap(({ index, keys }) =>
    (keys.host ?? []).map((each, item) => {
      return { name: keys.name, value: hostOf(each), path: ["containers", index, "host", item] };
    }),
  );
  return repeated(places).map(({ name, value, path }) => ({
    path,
    part: "value",
    message: `container "${name}" host "${value}" conflicts with an existing host`,
  }));
}

/** Returns every place except the first of each value. */
function repeated<T extends { readonly value: string }>(places: readonly T[]): T[] {
  const seen = new Set<string>();
  return places.filter(({ value }) => seen.has(value) || !seen.add(value));
}

function badDependencies({ index, keys }: Positioned<ContainerKeys>, names: ReadonlySet<string>): KeyIssue[] {
  return (keys.depends_on ?? []).flatMap((needed, item) => {
    const path = ["containers", index, "depends_on", item];
    if (needed === keys.name)
      return [{ path, part: "value" as const, message: `container "${keys.name}" cannot depend on itself` }];
    if (names.has(fullName(keys.name, needed, names))) return [];
    return [
      { path, part: "value" as const, message: `container "${keys.name}" depends on unknown container "${needed}"` },
    ];
  });
}

/**
 * Returns the full name of a dependency: a plain name means one on the same Docker host or in the same namespace first.
 */
function fullName(name: string, needed: string, names: ReadonlySet<string>): string {
  const full = sameHostName(name, needed);
  return names.has(full) ? full : needed;
}

function cycles(containers: readonly Positioned<ContainerKeys>[], names: ReadonlySet<string>): KeyIssue[] {
  const graph = new Map(
    containers.map(({ keys: { name, depends_on: needs = [] } }) => [
      name,
      needs.filter((needed) => needed !== name).map((needed) => fullName(name, needed, names)),
    ]),
  );
  return findCycles(graph).map((cycle) => {
    const from = containers.find(({ keys }) => keys.name === cycle.at(-2));
    return {
      path: ["containers", from?.index ?? 0, "depends_on"],
      part: "value",
      message: `dependency cycle detected: ${cycle.join(" → ")}`,
    };
  });
}

function schedule({ index, keys }: Positioned<ContainerKeys>, { timezone, nowMs }: ContainerContext): KeyIssue[] {
  const { schedule_start: start, schedule_stop: stop, schedule_timezone: own } = keys;
  const clash = scheduleClash({ start, stop, timezone: own || timezone }, nowMs);
  return clash === undefined
    ? []
    : [{ path: ["containers", index, "schedule_stop"], part: "value", message: `container "${keys.name}": ${clash}` }];
}

/** Checks the prefix of a name, which is a Docker host of the file or `kubernetes`; Docker's names contain no colon. */
function unknownSource({ index, keys }: Positioned<ContainerKeys>, dockerHosts: readonly string[]): KeyIssue[] {
  const { name, process } = keys;
  if (process !== undefined || !name.includes(":")) return [];
  const [source = ""] = name.split(":", 1);
  const path = ["containers", index, "name"];
  if (name.startsWith(KUBERNETES)) {
    if (/^[^/]+\/[^/]+$/u.test(name.slice(KUBERNETES.length))) return [];
    return [{ path, part: "value", message: `"${name}": expected kubernetes:namespace/name` }];
  }
  if (source === "docker" || dockerHosts.includes(source)) return [];
  const known = [...dockerHosts, "docker", "kubernetes"].join(", ");
  return [{ path, part: "value", message: `"${name}" names an unknown source "${source}" (known: ${known})` }];
}

const KUBERNETES = "kubernetes:";

function lackedByEngine({ index, keys }: Positioned<ContainerKeys>): KeyIssue[] {
  const isProcess = keys.process !== undefined;
  if (!isProcess && !keys.name.startsWith(KUBERNETES)) return [];
  return fitToEngine({ ...keys, group: undefined }, isProcess ? "process" : "kubernetes").lacks.map(
    ({ key, message }) => {
      return { path: ["containers", index, key], part: "value" as const, message };
    },
  );
}

function processPort({ index, keys }: Positioned<ContainerKeys>): KeyIssue[] {
  if (keys.process === undefined || keys.target_port === undefined || keys.target_port === keys.process.port) return [];
  return [
    {
      path: ["containers", index, "target_port"],
      part: "value",
      message: "differs from process.port; remove it",
    },
  ];
}
