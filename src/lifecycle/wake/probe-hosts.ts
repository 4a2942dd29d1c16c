import { hostName } from "../../core/host-table.ts";
import type { GroupSettings, WorkloadSettings } from "../../core/settings.ts";

/** The host names for probes of an app. */
export interface ProbeHosts {
  /** Its own hosts and those of its groups. */
  readonly routed: readonly string[];
  /** Names that stand for a wildcard, or under which a front requests it by path, latest first. */
  readonly good: readonly string[];
  readonly requested: readonly string[];
}

/** The part of a record that determines its probe hosts. */
interface HostFacts {
  readonly name: string;
  readonly settings: Pick<
    WorkloadSettings,
    "hosts" | "hostPorts" | "healthHost" | "healthPath" | "busyPath" | "passHost"
  >;
  probeHosts: ProbeHosts;
}

const MOST_GOOD = 3;
const MOST_REQUESTED = 3;

/** Creates the probe hosts of a new record; `good` is from before a restart of the gateway. */
export function firstHosts(routed: readonly string[], good: readonly string[] = []): ProbeHosts {
  return { routed, good: good.slice(0, MOST_GOOD), requested: [] };
}

/** Updates the routed hosts after a change of settings; `groups` are the groups that contain the workload. */
export function routeHosts(record: HostFacts, groups: readonly GroupSettings[]): void {
  const all = [...record.settings.hosts, ...groups.flatMap(({ hosts }) => hosts)];
  // A host with its own port belongs to another server in the container, which need not know the other hosts.
  const routed = all.filter((host) => record.settings.hostPorts?.[host] === undefined);
  record.probeHosts = { ...record.probeHosts, routed: routed.length > 0 ? routed : all };
}

/** Returns whether requested names are worth noting: it is probed by HTTP, and all its hosts are wildcards. */
function needsNames({ settings, probeHosts: { routed } }: HostFacts): boolean {
  if (settings.healthHost !== "" || (settings.healthPath === "" && settings.busyPath === "")) return false;
  return routed.every(isWildcard);
}

/** Notes that it was requested under this name. */
export function noteRequestedHost(record: HostFacts, rawHost: string | undefined): void {
  if (!needsNames(record)) return;
  const name = realName(record, rawHost);
  const { good, requested } = record.probeHosts;
  if (name === undefined || good.includes(name) || requested[0] === name) return;
  record.probeHosts = { ...record.probeHosts, requested: before(name, requested, MOST_REQUESTED) };
}

/** Notes that it gave a good response under this name. */
export function noteGoodHost(record: HostFacts, rawHost: string | undefined): void {
  if (!needsNames(record)) return;
  const name = realName(record, rawHost);
  const { good, requested, routed } = record.probeHosts;
  if (name === undefined || good[0] === name) return;
  record.probeHosts = {
    routed,
    good: before(name, good, MOST_GOOD),
    requested: requested.filter((other) => other !== name),
  };
}

/** Returns the Host fields to try, at least one, the most certain first; an empty one stands for the app's address. */
export function hostsToTry(record: HostFacts): readonly string[] {
  const { settings, name, probeHosts } = record;
  if (settings.healthHost !== "") return [settings.healthHost];
  const { routed, good, requested } = probeHosts;
  const plain = routed.find((host) => !isWildcard(host));
  // With `pass_host: false` the app only knows its own address.
  if (plain !== undefined) return settings.passHost ? [plain] : [plain, ""];
  const known = [...good, ...requested].filter((host) => isRouted(routed, host));
  const others = routed.length === 0 ? [name] : routed.map((host) => host.slice("*.".length));
  return [...new Set([...known, ...others, ""])];
}

function realName({ probeHosts: { routed } }: HostFacts, rawHost: string | undefined): string | undefined {
  const name = rawHost === undefined ? undefined : hostName(rawHost);
  return name !== undefined && isRouted(routed, name) ? name : undefined;
}

/** Returns whether a name can reach it; without a host of its own, a front may use any name for it. */
function isRouted(routed: readonly string[], host: string): boolean {
  return (
    routed.length === 0 || routed.some((pattern) => host.length >= pattern.length && host.endsWith(pattern.slice(1)))
  );
}

function isWildcard(host: string): boolean {
  return host.startsWith("*.");
}

function before(name: string, others: readonly string[], most: number): readonly string[] {
  return [name, ...others.filter((other) => other !== name)].slice(0, most);
}
