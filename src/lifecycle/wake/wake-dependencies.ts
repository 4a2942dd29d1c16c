import type { Failure } from "../../core/failure.ts";
import { dependencyFailure, failureOf, isCoolingDown } from "../workload/failure.ts";
import { isSatisfied } from "../workload/gate.ts";
import { failureAt } from "./start.ts";
import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import type { DependencyLink, WorkloadRecord } from "../workload/record.ts";
import { suspensionOf } from "../stop/suspension.ts";

const RETRY_MS = 500;

/** Wakes the dependencies of `record`, in parallel as far as their graph permits; ends with the first failure. */
export async function wakeDependencies(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for (let missing = missingOf(record); missing.length > 0; missing = missingOf(record)) {
    const suspended = missing.find(({ record: dependency }) => suspensionOf(dependency) !== undefined);
    if (suspended !== undefined) return suspendedBy(context, suspended.record);
    const failed = missing.find((link) => isCoolingDown(link.record, context.clock.now()));
    const cause = failed && failureOf(failed.record)?.failure;
    if (failed !== undefined && cause !== undefined) return failureBy(context, failed, cause);
    context.dispatch(record, { type: "progress", run, phase: "dependencies" });
    const over = new AbortController();
    const any = AbortSignal.any([signal, over.signal]);
    const ends = await Promise.all(missing.map((link) => wakeDependency(context, record, link, { signal: any, over })));
    if (signal.aborted) return undefined;
    const stuck = missing[ends.indexOf("stuck")];
    if (stuck !== undefined) {
      const { condition, record: dependency } = stuck;
      return failureAt(context, "dependency", { code: "needs-stuck", name: dependency.name, condition });
    }
  }
  context.dispatch(record, { type: "progress", run, phase: "starting" });
  return undefined;
}

function missingOf({ dependencies }: WorkloadRecord): readonly DependencyLink[] {
  return dependencies.filter(({ record, condition }) => !isSatisfied(record, condition));
}

/**
 * Wakes one dependency, and again after each change, because an administrator may stop it meanwhile. Ends the wait for
 * all others if it fails, or if it does not meet its condition in time, as a one-shot that does not end.
 */
async function wakeDependency(
  context: LifecycleContext,
  dependent: WorkloadRecord,
  { record, condition }: DependencyLink,
  { signal, over }: { readonly signal: AbortSignal; readonly over: AbortController },
): Promise<"stuck" | undefined> {
  const isNeeded = (): boolean => dependent.dependencies.some((link) => link.record === record);
  let movedMs = context.clock.now();
  while (!signal.aborted && isNeeded() && !isSatisfied(record, condition) && suspensionOf(record) === undefined) {
    context.wake(record, "dependency");
    const now = context.clock.now();
    if (MOVING.has(record.state.status)) movedMs = now;
    const isStuck = now - movedMs >= record.settings.startTimeoutMs;
    if (isStuck || isCoolingDown(record, now)) over.abort();
    if (isStuck) return "stuck";
    if (!over.signal.aborted) await waitForSignal(record, RETRY_MS, signal, context.clock);
  }
  return undefined;
}

/** The statuses that have time limits of their own. */
const MOVING: ReadonlySet<string> = new Set(["starting", "draining", "stopping"]);

function suspendedBy(context: LifecycleContext, record: WorkloadRecord): Failure {
  const { workload: name = record.name, untilMs } = suspensionOf(record) ?? {};
  return failureAt(context, "dependency", { code: untilMs === undefined ? "needs-stopped" : "needs-suspended", name });
}

function failureBy(context: LifecycleContext, { record }: DependencyLink, cause: Failure): Failure {
  return { ...dependencyFailure(record.name, cause), atMs: context.clock.wall() };
}
