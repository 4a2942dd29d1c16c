import { formatGoDuration } from "../../core/duration.ts";
import { engineName } from "../../lifecycle/workload/engine-name.ts";
import { expectedWakeMs } from "../../core/eta.ts";
import { timeAsleepMs } from "../../core/time-asleep.ts";
import { failureText } from "../../core/failure.ts";
import { failureOf } from "../../lifecycle/workload/failure.ts";
import { healthOf } from "../../lifecycle/workload/health.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import { isOpen, membersOf, portFor, portsOf } from "../../lifecycle/workload/ports-of.ts";
import { silenceCause } from "../../lifecycle/workload/silence.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { stopDeletes } from "../../lifecycle/stop/stop-deletes.ts";
import { numberOf, targetPortOf } from "../../lifecycle/wake/target-port.ts";
import { tlsFaults } from "../../lifecycle/wake/wants-tls.ts";
import type { ConfigNotes } from "../../web/endpoints-deps.ts";
import { frontWarnings, reachText } from "./front-warnings.ts";
import { scheduleStatus } from "./schedule-status.ts";
import { idleSchedule, nextStopMs, toWall } from "./idle-schedule.ts";
import type { WakesToday } from "./wakes-today.ts";

/** A container in `/_status/api`; the first block has the names and formats of the original. */
export type ContainerStatus = ReturnType<typeof containerStatus>;

/** What the status is created from. */
export interface StatusSources {
  readonly lifecycle: Lifecycle;
  readonly wakesToday: WakesToday;
  readonly merged: () => ConfigNotes | undefined;
  readonly untrustedPeers: () => readonly string[];
  readonly refusedConfig: () => readonly string[];
}

// oxlint-disable-next-line max-lines-per-function -- a table: one line a field
export function containerStatus({ lifecycle, wakesToday, merged }: StatusSources, record: WorkloadRecord) {
  const { context } = lifecycle;
  const { settings, observation, state, schedule } = record;
  const now = context.clock.now();
  const wall = context.clock.wall();
  const iso = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(toWall(context, ms)).toISOString();
  const requestedMs = lastRequestMs(record, now);
  const failed = failureOf(record);
  const truce = context.truces.of(record.name);
  const asleepSeconds = Math.round(timeAsleepMs(record, now) / 1_000);

  return {
    name: record.name,
    engine: engineName(record.engine, lifecycle.settings().gateway.defaultDocker),
    host: settings.hosts[0] ?? "",
    status: DOCKER_STATUSES[observation?.status ?? "absent"],
    start_state: healthOf(membersOf(record), context.clock).status,
    image: observation?.image ?? "",
    icon: settings.icon,
    target_port: String(targetPortOf(record) ?? ""),
    start_timeout: formatGoDuration(settings.startTimeoutMs),
    idle_timeout: formatGoDuration(settings.idleTimeoutMs ?? 0),
    ...(observation?.startedAtMs !== undefined && { started_at: new Date(observation.startedAtMs).toISOString() }),
    ...(requestedMs !== undefined && { last_request: iso(requestedMs) }),
    idle_timeout_sec: Math.round((settings.idleTimeoutMs ?? 0) / 1_000),
    idle_remaining_sec: idleRemaining(settings.idleTimeoutMs ?? 0, requestedMs, now),
    network: settings.network,
    ...scheduleStatus(record, wall),

    hosts: settings.hosts,
    ports: portStatus(record),
    origin: settings.origin,
    state: state.status,
    phase: state.status === "starting" ? state.phase : null,
    since: iso(state.sinceMs),
    last_client: record.lastClient ?? null,
    leases: { ...record.leasesByKind },
    idle_deadline: isoWall(idleSchedule(context, record)?.atMs),
    wakes_total: record.wakesTotal,
    wakes_today: wakesToday.of(record.name),
    wake_ms: wakeTimes(record),
    asleep_seconds: asleepSeconds,
    memory_bytes: record.memoryBytes ?? null,
    memory_saved_byte_seconds: record.memoryBytes === undefined ? null : record.memoryBytes * asleepSeconds,
    groups: groupsOf(lifecycle, record),
    depends_on: settings.dependsOn.map(({ name, condition }) => ({ name, condition })),
    schedule:
      schedule === undefined
        ? null
        : {
            open: schedule.isOpen(wall),
            next_start: isoWall(schedule.nextStart(wall)),
            next_stop: isoWall(nextStopMs(record, wall)),
          },
    pinned_until: record.pinnedUntilMs > now ? iso(record.pinnedUntilMs) : null,
    suspended_until: record.suspendedUntilMs > now ? iso(record.suspendedUntilMs) : null,
    stop_deletes: stopDeletes(record),
    throttled: record.throttled,
    traefik:
      record.forwarding === undefined
        ? null
        : {
            reached: reachText(record.forwarding.reach),
            asked: record.forwarding.reason !== undefined,
            asked_because: record.forwarding.reason ?? null,
          },
    ended_by: record.endedBy ?? null,
    update_wait:
      truce === undefined || isOpen(record) ? null : { since: iso(truce.sinceMs), until: iso(truce.untilMs) },
    failure:
      failed === undefined
        ? null
        : {
            reason: failed.failure.reason,
            message: failureText(failed.failure.cause),
            exit_code: failed.failure.exitCode ?? null,
            at: isoWall(failed.failure.atMs),
            retry_at: iso(failed.retryAtMs),
          },
    warnings: [...warningsOf(merged(), record.name), ...targetWarnings(record, now)],
  };
}

/** Returns every port of a workload, with those of its own hosts that are routed to it. */
function portStatus(record: WorkloadRecord) {
  const { hosts, targetPort } = record.settings;
  if (targetPort === undefined) return [];
  return portsOf(record).map((port) => ({
    port: numberOf(record, port),
    hosts: hosts.filter((host) => portFor(record, host) === port),
    ready: port.gate !== undefined,
  }));
}

/** Returns the known problems with reaching a workload. */
export function targetWarnings(record: WorkloadRecord, nowMs: number): string[] {
  const silences = portsOf(record).flatMap((port) => silenceCause(record, port, nowMs) ?? []);
  const silent = silences.filter(({ code }) => code !== "tls").map(failureText);
  return [...tlsFaults(record), ...silent, ...frontWarnings(record, nowMs)];
}

/** Returns the names of its groups. */
export function groupsOf(lifecycle: Lifecycle, record: WorkloadRecord): string[] {
  return lifecycle
    .routes()
    .groupsOf(record.name)
    .map(({ name }) => name);
}

const DOCKER_STATUSES = {
  absent: "unknown",
  stopped: "exited",
  running: "running",
  paused: "paused",
  restarting: "restarting",
} as const;

/**
 * Returns when it was last requested; `undefined`: never (its last activity is then only when it was found running).
 */
function lastRequestMs({ leases, lastActivityMs, firstSeenMs }: WorkloadRecord, now: number): number | undefined {
  if (leases > 0) return now;
  return lastActivityMs === 0 || lastActivityMs === firstSeenMs ? undefined : lastActivityMs;
}

/** Returns the seconds until its idle stop; 0: no idle timeout; -1: never requested. */
function idleRemaining(idleTimeoutMs: number, requestedMs: number | undefined, now: number): number {
  if (idleTimeoutMs <= 0) return 0;
  if (requestedMs === undefined) return -1;
  return Math.max(0, Math.ceil((requestedMs + idleTimeoutMs - now) / 1_000));
}

function wakeTimes({ wakesMs }: WorkloadRecord): Record<"last" | "median" | "expected", number | null> {
  const median = expectedWakeMs(wakesMs) ?? null;
  return { last: wakesMs.at(-1) ?? null, median, expected: median };
}

/** Returns the ignored labels of a container, with the reasons. */
export function warningsOf(notes: ConfigNotes | undefined, name: string): string[] {
  const faults = notes?.faults.get(name) ?? [];
  return faults.map(({ place, message }) => (place.label === undefined ? message : `label ${place.label}: ${message}`));
}

function isoWall(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
