import { hostName } from "../../core/host-table.ts";
import type { GroupSettings, WorkloadSettings } from "../../core/settings.ts";

/** The host names for probes of an app. */
export interface ProbeHosts {
  /** Its own hosts and those of its groups. */
  readonly routed: readonly string[];
  /** Real names for a wildcard, or under which it is requested by path, the last one first. */
  readonly good: readonly string[];
  readonly requested: readonly string[];
}

/** The part of a record that hosts are found by. */
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

/** Those of a workload at its beginning; `good` is what a former run of the gateway knew. */
export function firstHosts(routed: readonly string[], good: readonly string[] = []): ProbeHosts {
  return { routed, good: good.slice(0, MOST_GOOD), requested: [] };
}

/** Applies a configuration; `groups` are those that it is in. */
export function routeHosts(record: HostFacts, groups: readonly GroupSettings[]): void {
  const all = [...record.settings.hosts, ...groups.flatMap(({ hosts }) => hosts)];
  // What answers at a port that a host names need not know the other hosts, nor they that one.
  const routed = all.filter((host) => record.settings.hostPorts?.[host] === undefined);
  record.probeHosts = { ...record.probeHosts, routed: routed.length > 0 ? routed : all };
}

/** Whether names that visitors come by are of use: it is probed by HTTP, and no host of it is a real name. */
function needsNames({ settings, probeHosts: { routed } }: HostFacts): boolean {
  if (settings.healthHost !== "" || (settings.healthPath === "" && settings.busyPath === "")) return false;
  return routed.every(isWildcard);
}

/** Notes that it was requested by this name, whatever it responds. */
export function noteRequestedHost(record: HostFacts, rawHost: string | undefined): void {
  if (!needsNames(record)) return;
  const name = realName(record, rawHost);
  const { good, requested } = record.probeHosts;
  if (name === undefined || good.includes(name) || requested[0] === name) return;
  record.probeHosts = { ...record.probeHosts, requested: before(name, requested, MOST_REQUESTED) };
}

/** It responded well under this name. */
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

/** Returns the Host fields to try, the most certain first; an empty one stands for the address. Never none. */
export function hostsToTry(record: HostFacts): readonly string[] {
  const { settings, name, probeHosts } = record;
  if (settings.healthHost !== "") return [settings.healthHost];
  const { routed, good, requested } = probeHosts;
  const plain = routed.find((host) => !isWildcard(host));
  // With `pass_host: false` it never sees a client's Host.
  if (plain !== undefined) return settings.passHost ? [plain] : [plain, ""];
  const known = [...good, ...requested].filter((host) => isRouted(routed, host));
  const others = routed.length === 0 ? [name] : routed.map((host) => host.slice("*.".length));
  return [...new Set([...known, ...others, ""])];
}

function realName({ probeHosts: { routed } }: HostFacts, rawHost: string | undefined): string | undefined {
  const name = rawHost === undefined ? undefined : hostName(rawHost);
  return name !== undefined && isRouted(routed, name) ? name : undefined;
}

/** Without a host of its own it is named by path, under whatever host its front has for it. */
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
