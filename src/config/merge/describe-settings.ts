import type { WorkloadSettings } from "../../core/settings.ts";
import type { ContainerKeys } from "../schema/container-schema.ts";
import { formatDuration } from "../../core/duration.ts";
import { formatSize } from "../schema/sizes.ts";
import type { Provenance } from "../parse/provenance.ts";

/** A setting as shown to people; never contains a secret. */
export interface DescribedSetting {
  readonly key: string;
  readonly value: string;
  /** The origin: "default", "config.yaml line 12", "label dag.host", "environment ADMIN_AUTH_TOKEN". */
  readonly source: string;
}

/** Returns all settings of one workload, with their origins. */
export function describeWorkload(workload: WorkloadSettings, provenance: Provenance): DescribedSetting[] {
  return Object.entries(WORKLOAD).map(([key, value]) => ({
    key,
    value: value(workload),
    source: sourceOf(`${workload.name}.${key}`, provenance),
  }));
}

/** Formats each key of the schema; a new key without an entry here does not compile. */
const WORKLOAD: Readonly<Record<Exclude<keyof ContainerKeys, "name">, (workload: WorkloadSettings) => string>> = {
  host: ({ hosts, hostPorts }) => list(hosts.map((host) => withPort(host, hostPorts?.[host]))),
  target_port: ({ targetPort, findsPort }) =>
    targetPort === undefined ? "none" : findsPort ? "the image's only one, else 80" : String(targetPort),
  start_timeout: ({ startTimeoutMs }) => formatDuration(startTimeoutMs),
  idle_timeout: ({ idleTimeoutMs, hosts }) =>
    idleTimeoutMs === undefined ? (hosts.length > 0 ? "0" : "with those that need it") : formatDuration(idleTimeoutMs),
  network: ({ network }) => network,
  redirect_path: ({ redirectPath }) => redirectPath,
  icon: ({ icon }) => icon,
  health_path: ({ healthPath }) => healthPath,
  target_scheme: ({ targetScheme }) => targetScheme,
  target_verify: ({ targetVerify }) => String(targetVerify),
  health_host: ({ healthHost }) => healthHost,
  depends_on: ({ dependsOn }) => list(dependsOn.map(({ name, condition }) => `${name} (${condition})`)),
  schedule_start: ({ schedule }) => schedule?.start ?? "",
  schedule_stop: ({ schedule }) => schedule?.stop ?? "",
  schedule_timezone: ({ schedule }) => schedule?.timezone ?? "",
  wake: ({ wake }) => wake,
  wake_after_stop: ({ wakeAfterStop = "asked" }) => wakeAfterStop,
  hold_timeout: ({ holdTimeoutMs }) => formatDuration(holdTimeoutMs),
  max_pending: ({ maxPending }) => String(maxPending),
  stop_method: ({ stopMethod }) => stopMethod,
  stop_timeout: ({ stopTimeoutMs }) =>
    stopTimeoutMs === undefined ? "the container's own" : formatDuration(stopTimeoutMs),
  stop_signal: ({ stopSignal }) => stopSignal,
  min_uptime: ({ minUptimeMs }) => formatDuration(minUptimeMs),
  idle_signal: ({ idleSignal }) => idleSignal ?? "",
  traefik: ({ traefikWhenAwake }) => (traefikWhenAwake === undefined ? "" : `when_awake ${traefikWhenAwake}`),
  busy_path: ({ busyPath }) => busyPath,
  pass_host: ({ passHost }) => String(passHost),
  logs: ({ logs }) => logs,
  title: ({ title }) => title,
  message: ({ message }) => message,
  color: ({ color }) => color,
  logo: ({ logo }) => (logo.length > 60 ? `${logo.slice(0, 60)}…` : logo),
  weight: ({ weight }) => String(weight),
  strategy: ({ strategy = "round-robin" }) => strategy,
  sticky: ({ sticky = "" }) => sticky,
  min_ready: ({ minReady = 1 }) => String(minReady),
  ignore: describeIgnore,
  pause_after: ({ pauseAfterMs }) => formatDuration(pauseAfterMs),
  throttle_after: ({ throttleAfterMs }) => formatDuration(throttleAfterMs),
  throttle_cpus: ({ throttleCpus }) => String(throttleCpus),
  throttle_memory_reservation: ({ throttleMemoryBytes }) => formatSize(throttleMemoryBytes),
  // Only the program's name, because arguments and variables may contain secrets.
  process: ({ process }) => (process === undefined ? "" : `${process.command[0] ?? ""} on port ${process.port}`),
};

function withPort(host: string, port: number | undefined): string {
  return port === undefined ? host : `${host}=${port}`;
}

function describeIgnore({ ignore }: WorkloadSettings): string {
  if (ignore === undefined) return "";
  const rules = { user_agents: ignore.userAgents, paths: ignore.paths, methods: ignore.methods, ips: ignore.ips };
  const counts = Object.entries(rules).map(([rule, { length }]) => (length > 0 ? `${length} ${rule}` : ""));
  return list([
    ...counts.filter((count) => count !== ""),
    ...(ignore.status === 503 ? [] : [`status ${ignore.status}`]),
  ]);
}

/** Returns the origin of a key, or of the first key below it. */
function sourceOf(key: string, provenance: Provenance): string {
  const below = [...provenance].find(([each]) => each.startsWith(`${key}.`));
  return provenance.get(key) ?? below?.[1] ?? "default";
}

function list(items: readonly string[]): string {
  return items.join(", ");
}
