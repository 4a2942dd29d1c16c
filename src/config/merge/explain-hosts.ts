import type { GroupSettings, Settings, WorkloadSettings } from "../../core/settings.ts";
import { formatDuration } from "../../core/duration.ts";
import { workloadsByName } from "../../core/workloads-by-name.ts";
import { portsToTry } from "../../core/target-ports.ts";

type ExposedOf = (name: string) => readonly number[] | undefined;

/**
 * Returns one line for each host, or name that a front proxy may request, with the effect of a request, sorted by host.
 * `exposedOf` returns the TCP ports that a container's image exposes, if known.
 */
export function explainHosts(settings: Settings, exposedOf: ExposedOf = () => undefined): string[] {
  const byName = new Map(settings.workloads.map((workload) => [workload.name, workload]));
  const routes = [
    ...settings.workloads.flatMap((workload) =>
      workload.hosts.map((host) => ({ host, does: explainWorkload(workload, exposedOf, host) })),
    ),
    ...settings.groups.flatMap((group) =>
      (group.hosts.length > 0 ? group.hosts : [`/_auth/FRONT/group/${group.name}`]).map((host) => ({
        host,
        does: explainGroup(group, { byName, exposedOf }, host),
      })),
    ),
    ...workloadsByName(settings).map((workload) => ({
      host: `/_auth/FRONT/container/${workload.name}`,
      does: explainWorkload(workload, exposedOf),
    })),
  ].toSorted((a, b) => (a.host < b.host ? -1 : 1));
  const width = Math.max(0, ...routes.map(({ host }) => host.length));
  return routes.map(({ host, does }) => `${host.padEnd(width)}  → ${does}`);
}

function explainWorkload(workload: WorkloadSettings, exposedOf: ExposedOf, host?: string): string {
  const { name, process } = workload;
  const kind = process === undefined ? "container" : "process";
  return [
    `${kind} ${name}, port ${port(workload, exposedOf(name), host)}`,
    needs([workload]),
    wakes(workload),
    sleeps(workload),
    hours(workload),
  ]
    .filter((part) => part !== "")
    .join("; ");
}

function port(
  { targetPort, findsPort, hostPorts }: WorkloadSettings,
  exposed: readonly number[] = [],
  host: string = "",
): string {
  const named = hostPorts?.[host];
  if (named !== undefined) return String(named);
  if (targetPort === undefined) return "none";
  if (!findsPort) return String(targetPort);
  const others = exposed.filter((one) => one !== targetPort);
  if (others.length > 1) return `${targetPort} (its image exposes ${exposed.join(", ")}: set target_port)`;
  const tried = portsToTry(exposed, false).map((one) => one.port);
  return tried.length > 1 ? `${tried.join(" or ")} (its image exposes ${exposed.join(", ")})` : String(targetPort);
}

function explainGroup(
  group: GroupSettings,
  { byName, exposedOf }: { readonly byName: ReadonlyMap<string, WorkloadSettings>; readonly exposedOf: ExposedOf },
  host: string,
): string {
  const members = group.members.map((name) => byName.get(name)).filter((member) => member !== undefined);
  const each = members.map((member) => `${member.name}:${port(member, exposedOf(member.name), host)}`).join(", ");
  const wake =
    group.targetConcurrency === 0
      ? "all members wake together"
      : `one member wakes first, the next at ${group.targetConcurrency} requests each`;
  return [`group ${group.name} (${each}), ${group.strategy}`, wake, needs(members)]
    .filter((part) => part !== "")
    .join("; ");
}

function needs(workloads: readonly WorkloadSettings[]): string {
  const names = new Set(
    workloads.flatMap(({ dependsOn }) => dependsOn.map(({ name, condition }) => `${name} (${condition})`)),
  );
  return names.size === 0 ? "" : `needs ${[...names].join(", ")}`;
}

function wakes({ wake, holdTimeoutMs }: WorkloadSettings): string {
  const hold = `held for up to ${formatDuration(holdTimeoutMs)}`;
  switch (wake) {
    case "auto":
      return `browsers see a page, other requests are ${hold}`;
    case "page":
      return "every client sees a page";
    case "hold":
      return `every request is ${hold}`;
  }
}

function sleeps({ idleTimeoutMs = 0, pauseAfterMs, throttleAfterMs, stopMethod }: WorkloadSettings): string {
  const tiers = [
    throttleAfterMs > 0 ? `throttled after ${formatDuration(throttleAfterMs)}` : "",
    pauseAfterMs > 0 ? `paused after ${formatDuration(pauseAfterMs)}` : "",
    idleTimeoutMs > 0
      ? `${PUT_TO_SLEEP[stopMethod]} after ${formatDuration(idleTimeoutMs)} without a request`
      : "never stopped when idle",
  ];
  return tiers.filter((tier) => tier !== "").join(", ");
}

const PUT_TO_SLEEP = { stop: "stopped", pause: "paused", kill: "killed" } as const;

function hours({ schedule }: WorkloadSettings): string {
  if (schedule === undefined) return "";
  const { start, stop, timezone } = schedule;
  if (start !== "" && stop !== "") return `open from "${start}" to "${stop}" (${timezone})`;
  return start !== "" ? `started at "${start}" (${timezone})` : `stopped at "${stop}" (${timezone})`;
}
