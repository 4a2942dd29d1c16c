import type { GroupSettings, Settings, WorkloadSettings } from "../core/settings.ts";
import { formatDuration } from "../core/duration.ts";

/** One line a host that says what a request to it would do, in the order of the host names. */
export function explainHosts(settings: Settings): string[] {
  const byName = new Map(settings.workloads.map((workload) => [workload.name, workload]));
  const routes = [
    ...settings.workloads.flatMap((workload) =>
      workload.hosts.map((host) => ({ host, does: explainWorkload(workload) })),
    ),
    ...settings.groups.flatMap((group) => group.hosts.map((host) => ({ host, does: explainGroup(group, byName) }))),
  ].toSorted((a, b) => (a.host < b.host ? -1 : 1));
  const width = Math.max(0, ...routes.map(({ host }) => host.length));
  return routes.map(({ host, does }) => `${host.padEnd(width)}  → ${does}`);
}

function explainWorkload(workload: WorkloadSettings): string {
  const { name, targetPort, process } = workload;
  const kind = process === undefined ? "container" : "process";
  return [
    `${kind} ${name}, port ${targetPort ?? "none"}`,
    needs([workload]),
    wakes(workload),
    sleeps(workload),
    hours(workload),
  ]
    .filter((part) => part !== "")
    .join("; ");
}

function explainGroup(group: GroupSettings, byName: ReadonlyMap<string, WorkloadSettings>): string {
  const members = group.members.map((name) => byName.get(name)).filter((member) => member !== undefined);
  const each = members.map(({ name, targetPort }) => `${name}:${targetPort ?? "none"}`).join(", ");
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
      return `browsers see a page, others are ${hold}`;
    case "page":
      return "everybody sees a page";
    case "hold":
      return `everybody is ${hold}`;
  }
}

function sleeps({ idleTimeoutMs = 0, pauseAfterMs, throttleAfterMs, stopMethod }: WorkloadSettings): string {
  const tiers = [
    throttleAfterMs > 0 ? `throttled after ${formatDuration(throttleAfterMs)}` : "",
    pauseAfterMs > 0 ? `paused after ${formatDuration(pauseAfterMs)}` : "",
    idleTimeoutMs > 0
      ? `${PUT_TO_SLEEP[stopMethod]} after ${formatDuration(idleTimeoutMs)} without a request`
      : "never put to sleep for being idle",
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
