import type { WorkloadState } from "./workload-state.ts";

/** What determines a workload's next deadline. All times are milliseconds on the life cycle's clock. */
export interface DeadlineView {
  readonly state: WorkloadState;
  /** Open requests, streams, tunnels and auth holds. */
  readonly leases: number;
  /** The number of workloads that depend on this one and are awake or waking. */
  readonly dependents: number;
  readonly lastActivityMs: number;
  /** When the engine started it. */
  readonly awakeSinceMs: number;
  readonly idleTimeoutMs: number | undefined;
  /** It has no host: without an `idle_timeout` it is stopped when nothing depends on it any more, if we woke it. */
  readonly dependencyOnly: boolean;
  readonly wokenByUs: boolean;
  readonly minUptimeMs: number;
  /** It stays awake until then, because of a pin or a veto; 0: not set. */
  readonly keepUntilMs: number;
  readonly pauseAfterMs: number;
  readonly throttleAfterMs: number;
  readonly throttled: boolean;
  /** How long before the end of the idle time its fronts are recalled; 0: they send auth requests. */
  readonly leadMs?: number;
  /** When its suspension ends; 0: it is not suspended. */
  readonly suspendedUntilMs?: number;
  /** The next start or stop of its schedule. */
  readonly schedule: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  /** When its network counters are read next, to detect traffic that bypasses us; absent: not needed. */
  readonly sampleAtMs?: number | undefined;
}

/** What is due at a deadline. */
export type DeadlineKind =
  | "idle"
  | "unneeded"
  | "pause"
  | "throttle"
  | "schedule-start"
  | "schedule-stop"
  | "resume"
  | "sample";

/** The next thing to do for a workload, and when. */
export interface Deadline {
  readonly kind: DeadlineKind;
  readonly atMs: number;
}

/** Returns the time at which this workload's single timer must fire; `undefined`: nothing is due. */
export function nextDeadline(view: DeadlineView): Deadline | undefined {
  return soonest([scheduled(view), suspended(view), ...idleDeadlines(view)]);
}

function scheduled({ schedule }: DeadlineView): Deadline | undefined {
  return schedule && { kind: `schedule-${schedule.kind}`, atMs: schedule.atMs };
}

function suspended({ suspendedUntilMs = 0 }: DeadlineView): Deadline | undefined {
  return suspendedUntilMs > 0 ? { kind: "resume", atMs: suspendedUntilMs } : undefined;
}

function idleDeadlines(view: DeadlineView): readonly (Deadline | undefined)[] {
  const { state, leases, dependents } = view;
  if (leases > 0 || dependents > 0) return [];
  if (state.status === "paused") return [after(view, "idle", view.pauseAfterMs > 0 ? view.idleTimeoutMs : 0)];
  if (state.status === "failed") return state.runs ? [idle({ ...view, keepUntilMs: coolDownOver(view, state) })] : [];
  if (state.status !== "ready" && state.status !== "unready") return [];
  return [
    view.throttled ? undefined : after(view, "throttle", view.throttleAfterMs),
    after(view, "pause", view.pauseAfterMs),
    idle(view),
    view.sampleAtMs === undefined ? undefined : { kind: "sample", atMs: view.sampleAtMs },
  ];
}

/** It runs but did not become ready; if it were stopped during its cool-down, it would be started again too soon. */
function coolDownOver({ keepUntilMs }: DeadlineView, { retryAtMs }: { retryAtMs: number }): number {
  return Math.max(keepUntilMs, retryAtMs);
}

function idle(view: DeadlineView): Deadline | undefined {
  const { idleTimeoutMs, dependencyOnly, wokenByUs } = view;
  if (idleTimeoutMs !== undefined) return after(view, "idle", idleTimeoutMs);
  if (!dependencyOnly || !wokenByUs) return undefined;
  return { kind: "unneeded", atMs: notBefore(view, view.lastActivityMs) };
}

function after(view: DeadlineView, kind: DeadlineKind, quietMs: number | undefined): Deadline | undefined {
  if (quietMs === undefined || quietMs <= 0) return undefined;
  return { kind, atMs: notBefore(view, view.lastActivityMs + quietMs) - Math.min(view.leadMs ?? 0, quietMs) };
}

function notBefore(view: DeadlineView, atMs: number): number {
  return Math.max(atMs, view.awakeSinceMs + view.minUptimeMs, view.keepUntilMs);
}

function soonest(deadlines: readonly (Deadline | undefined)[]): Deadline | undefined {
  let first: Deadline | undefined;
  for (const deadline of deadlines) {
    if (deadline !== undefined && (first === undefined || deadline.atMs < first.atMs)) first = deadline;
  }
  return first;
}
