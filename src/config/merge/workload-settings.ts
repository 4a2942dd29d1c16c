import type { Dependency, GatewaySettings, ScheduleSettings, WorkloadSettings } from "../../core/settings.ts";
import { hostOf } from "../schema/host-port.ts";
import type { Draft, GroupDraft } from "./draft.ts";
import { settlePorts } from "./host-ports.ts";
import { compileIgnore } from "./ignore-rules.ts";

/** Returns the settings of a draft, with inherited and derived values. */
export function toWorkloadSettings(
  draft: Draft,
  dependsOn: readonly Dependency[],
  { gateway, groups }: { readonly gateway: GatewaySettings; readonly groups: readonly GroupDraft[] },
): WorkloadSettings {
  const { keys, process, engine } = draft;
  return {
    name: draft.name,
    hosts: draft.hosts.map(hostOf),
    origin: draft.origin,
    ...(process === undefined ? {} : { process }),
    ...(process === undefined && engine !== undefined && { engine }),
    ...settlePorts(draft, groups),
    startTimeoutMs: keys.start_timeout,
    // Without hosts it would count as a dependency, which is stopped when nothing needs it.
    idleTimeoutMs: keys.idle_timeout ?? (draft.isRequested && draft.hosts.length === 0 ? 0 : undefined),
    network: keys.network,
    redirectPath: keys.redirect_path,
    icon: keys.icon || "docker",
    healthPath: keys.health_path,
    targetScheme: keys.target_scheme,
    targetVerify: keys.target_verify,
    healthHost: keys.health_host ?? "",
    dependsOn,
    schedule: schedule(draft, gateway),
    wake: keys.wake,
    wakeAfterStop: keys.wake_after_stop,
    holdTimeoutMs: keys.hold_timeout ?? gateway.holdTimeoutMs,
    maxPending: keys.max_pending ?? gateway.maxPending,
    stopMethod: keys.stop_method,
    stopTimeoutMs: keys.stop_timeout,
    stopSignal: keys.stop_signal,
    minUptimeMs: keys.min_uptime,
    idleSignal: keys.idle_signal,
    busyPath: keys.busy_path,
    ...(keys.traefik.when_awake && { traefikWhenAwake: keys.traefik.when_awake }),
    passHost: keys.pass_host,
    logs: keys.logs ?? gateway.logs,
    title: keys.title,
    message: keys.message,
    color: keys.color,
    logo: keys.logo,
    weight: keys.weight,
    ...(keys.strategy && { strategy: keys.strategy }),
    ...(keys.sticky && { sticky: keys.sticky }),
    ...(keys.min_ready > 1 && { minReady: keys.min_ready }),
    ignore: compileIgnore(keys.ignore),
    pauseAfterMs: keys.pause_after,
    throttleAfterMs: keys.throttle_after,
    throttleCpus: keys.throttle_cpus,
    throttleMemoryBytes: keys.throttle_memory_reservation,
  };
}

function schedule({ keys }: Draft, gateway: GatewaySettings): ScheduleSettings | undefined {
  const { schedule_start: start, schedule_stop: stop } = keys;
  if (start === "" && stop === "") return undefined;
  return { start, stop, timezone: keys.schedule_timezone || gateway.scheduleTimezone };
}
