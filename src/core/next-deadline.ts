import type { WorkloadState } from "./workload-state.ts";

/** What determines when a workload must be checked again. All times are milliseconds on the life cycle's clock. */
export interface DeadlineView {
  readonly state: WorkloadState;
  /** Open requests, streams, tunnels and auth holds. */
  readonly leases: number;
  /** Workloads that need this one and are awake or waking. */
  readonly dependents: number;
  readonly lastActivityMs: number;
  /** Since when the engine runs it. */
  readonly awakeSinceMs: number;
  readonly idleTimeoutMs: number | undefined;
  /** It has no host of its own: without an `idle_timeout` it is stopped when nothing needs it, if we woke it. */
  readonly dependencyOnly: boolean;
  readonly wokenByUs: boolean;
  readonly minUptimeMs: number;
  /** It must stay awake until then (a pin), or a veto put the stop off; 0: not set. */
  readonly keepUntilMs: number;
  readonly pauseAfterMs: number;
  readonly throttleAfterMs: number;
  readonly throttled: boolean;
  /** So long before the end of an idle time a recall of its fronts begins; 0: they ask. */
  readonly leadMs?: number;
  /** When its suspension ends; 0: it is not suspended. */
  readonly suspendedUntilMs?: number;
  /** The next opening or closing of its schedule. */
  readonly schedule: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  /** When its counters must be read next, to see traffic that bypasses us; absent: not needed. */
  readonly sampleAtMs?: number | undefined;
}

export type DeadlineKind =
  | "idle"
  | "unneeded"
  | "pause"
  | "throttle"
  | "schedule-start"
  | "schedule-stop"
  | "resume"
  | "sample";

export interface Deadline {
  readonly kind: DeadlineKind;
  readonly atMs: number;
}

/** Returns the time at which this workload's single timer must fire; `undefined`: nothing is due. */
export function nextDeadline(view: DeadlineView): Deadline | undefined {
  return soonest([scheduled(view), suspended(view), ...restful(view)]);
}

function scheduled({ schedule }: DeadlineView): Deadline | undefined {
  return schedule && { kind: `schedule-${schedule.kind}`, atMs: schedule.atMs };
}

function suspended({ suspendedUntilMs = 0 }: DeadlineView): Deadline | undefined {
  return suspendedUntilMs > 0 ? { kind: "resume", atMs: suspendedUntilMs } : undefined;
}

function restful(view: DeadlineView): readonly (Deadline | undefined)[] {
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

/** It runs but never became ready; stopped before its cool-down is over, it would be started again too soon. */
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
  return { kind, atMs: notBefore(view, view.lastActivityMs + quietMs) - Math.min(view.leadMs ?? 0, quietMs / 2) };
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
