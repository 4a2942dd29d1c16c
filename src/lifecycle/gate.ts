import type { DependencyCondition } from "../core/settings.ts";
import type { WorkloadRecord } from "./record.ts";

/**
 * Sets the gate of a record from its state: open while it is ready, what it needs is ready, and its schedule is open.
 * The decision behind an open gate is built here once and frozen, so that the ready path only reads it.
 */
export function closeOrOpenGate(record: WorkloadRecord, wallMs: number): void {
  const { state } = record;
  const open =
    state.status === "ready" &&
    record.dependencies.every(({ record: dependency, condition }) => isSatisfied(dependency, condition)) &&
    (record.schedule === undefined || record.schedule.isOpen(wallMs));
  if (!open) record.gate = undefined;
  else if (record.gate?.to !== state.endpoint) {
    record.gate = Object.freeze({ kind: "forward", workload: record.name, to: state.endpoint });
  }
}

/** Whether a dependency is far enough for those that need it. */
export function isSatisfied(dependency: WorkloadRecord, condition: DependencyCondition): boolean {
  const { state } = dependency;
  switch (condition) {
    case "started":
      return state.status === "unready" || state.status === "ready" || state.status === "draining";
    case "healthy":
      return dependency.gate !== undefined || (state.status === "ready" && dependency.dependencies.length === 0);
    case "completed":
      return state.status === "asleep" && state.exit?.code === 0;
  }
}
