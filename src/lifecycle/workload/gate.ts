import type { Gate } from "../../core/decision.ts";
import type { Endpoint } from "../../core/observation.ts";
import type { DependencyCondition } from "../../core/settings.ts";
import type { WorkloadState } from "../../core/workload-state.ts";
import type { PortRecord } from "./parts/probe.ts";
import { isOf, portsOf } from "./ports-of.ts";
import type { DependencyLink, WorkloadRecord } from "./record.ts";

/**
 * Sets the gates of a record: open while it is ready and not suspended, its dependencies are ready, and its schedule is
 * open. Each port has its own gate, which opens when that port answers. The decision behind an open gate is built here
 * and frozen, so that the ready path only reads it.
 */
export function closeOrOpenGate(record: WorkloadRecord, wallMs: number): void {
  const { state } = record;
  const open =
    state.status === "ready" &&
    record.suspendedUntilMs === 0 &&
    record.dependencies.every(({ record: dependency, condition }) => isSatisfied(dependency, condition)) &&
    (record.schedule === undefined || record.schedule.isOpen(wallMs));
  if (!open) return closeGate(record);
  if (record.named.size === 0) return setGate(record, record, state.targets);
  for (const port of portsOf(record)) setGate(record, port, state.targets.filter(isOf(port)));
}

/** Returns the decision for one request at an open gate, and advances to the next target. */
export function takeGate(port: PortRecord, gate: Gate): Gate {
  const taken = gate.byLoad ? leastLoaded(gate) : gate;
  port.gate = taken.next;
  return taken;
}

/** Returns all decisions of a ring, beginning with the next one. */
export function gatesOf(first: Gate): readonly Gate[] {
  const gates = [first];
  for (let gate = first.next; gate !== first; gate = gate.next) gates.push(gate);
  return gates;
}

/** Closes all gates of a record that was removed. */
export function closeGate(record: WorkloadRecord): void {
  for (const port of portsOf(record)) port.gate = undefined;
}

/** Keeps the ring while its targets stay the same, so that data cached for its decisions stays valid. */
function setGate({ name, settings }: WorkloadRecord, port: PortRecord, targets: readonly Endpoint[]): void {
  const byLoad = settings.strategy === "least-connections" && targets.length > 1;
  const last = port.gate;
  const isSame = last?.targets.length === targets.length && last.targets.every((target, at) => target === targets[at]);
  if (!isSame || last.byLoad !== byLoad) port.gate = ringOf(name, { last, targets, byLoad });
}

/** Returns the target with the fewest open requests, the next one in turn if there are several. */
function leastLoaded(first: Gate): Gate {
  let least = first;
  for (let gate = first.next; gate !== first; gate = gate.next) if (gate.load.open < least.load.open) least = gate;
  return least;
}

/** Creates a ring; targets that stay keep their count of open requests. */
function ringOf(
  workload: string,
  {
    last,
    targets,
    byLoad,
  }: { readonly last: Gate | undefined; readonly targets: readonly Endpoint[]; readonly byLoad: boolean },
): Gate | undefined {
  const loads = new Map(last && gatesOf(last).map(({ to, load }) => [to, load]));
  const ring: (Omit<Gate, "next"> & { next?: Gate })[] = targets.map((to) => ({
    kind: "forward",
    workload,
    to,
    targets,
    load: loads.get(to) ?? { open: 0 },
    byLoad,
  }));
  for (const [at, gate] of ring.entries()) gate.next = ring[(at + 1) % ring.length] as Gate;
  for (const gate of ring) Object.freeze(gate);
  return ring[0] as Gate | undefined;
}

/** Returns whether a dependency meets the condition of its dependents. */
export function isSatisfied(dependency: WorkloadRecord, condition: DependencyCondition): boolean {
  const { state } = dependency;
  switch (condition) {
    case "started":
      return runs(state);
    case "healthy":
      // A schedule or a suspension closes it to clients, but not to its dependents.
      return dependency.gate !== undefined || (answers(state) && dependency.dependencies.every(isMet));
    case "completed":
      return hasCompleted(dependency);
  }
}

/** Returns whether its main port answers, which dependents use. */
function answers(state: WorkloadState): boolean {
  return state.status === "ready" && state.targets.some(({ namedPort }) => namedPort === undefined);
}

function isMet({ record, condition }: DependencyLink): boolean {
  return isSatisfied(record, condition);
}

/** Returns whether it runs; one that drains does not count, and a wake undoes the drain. */
function runs(state: WorkloadState): boolean {
  if (state.status === "starting") return state.phase === "waiting";
  if (state.status === "failed") return state.runs === true;
  return state.status === "unready" || state.status === "ready";
}

/** Returns whether a one-shot ended with exit code 0, even after its start_timeout. */
function hasCompleted({ state, observation }: WorkloadRecord): boolean {
  if (state.status !== "asleep" && state.status !== "failed") return false;
  return observation?.status === "stopped" && observation.exit?.code === 0;
}
