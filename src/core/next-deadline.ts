import type { WorkloadState } from "./workload-state.ts";

/** What settles when a workload must be looked at again. All times are milliseconds on the life cycle's clock. */
export interface DeadlineView {
  readonly state: WorkloadState;
  /** Requests, streams, tunnels and auth holds that are open. */
  readonly leases: number;
  /** Workloads that need this one and are awake or waking. */
  readonly dependents: number;
  readonly lastActivityMs: number;
  /** Since when the engine has been running it. */
  readonly awakeSinceMs: number;
  readonly idleTimeoutMs: number | undefined;
  /** It has no host of its own: without an `idle_timeout` it sleeps with the last one that needs it, if we woke it. */
  readonly dependencyOnly: boolean;
  readonly wokenByUs: boolean;
  readonly minUptimeMs: number;
  /** Somebody wants it awake until then (a pin), or a veto put the stop off; 0: nobody. */
  readonly keepUntilMs: number;
  readonly pauseAfterMs: number;
  readonly throttleAfterMs: number;
  readonly throttled: boolean;
  /** When its suspension ends; 0: it is not suspended. */
  readonly suspendedUntilMs?: number;
  /** The next opening or closing of its schedule. */
  readonly schedule: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  /** When its counters must be read next, to see traffic that passes us by; absent: they need not be. */
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

/** The one moment at which this workload's single timer must fire; `undefined`: nothing is due. */
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

/** What runs but never answered is of no use; stopped before its cool-down is over it would be started again too soon. */
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
  return { kind, atMs: notBefore(view, view.lastActivityMs + quietMs) };
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
