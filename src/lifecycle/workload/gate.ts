import type { Gate } from "../../core/decision.ts";
import type { Endpoint } from "../../core/observation.ts";
import type { DependencyCondition } from "../../core/settings.ts";
import type { WorkloadState } from "../../core/workload-state.ts";
import type { PortRecord } from "./parts/probe.ts";
import { isOf, portsOf } from "./ports-of.ts";
import type { DependencyLink, WorkloadRecord } from "./record.ts";

/**
 * Sets the gates of a record from its state: open while it is ready and not suspended, what it needs is ready, and its
 * schedule is open. Each port has a gate of its own, which opens when that port answers.
 * The decision behind an open gate is built here once and frozen, so that the ready path only reads it.
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

/** Returns the decision for one request that arrives at an open gate, and leaves the next target to the next request. */
export function takeGate(port: PortRecord, gate: Gate): Gate {
  const taken = gate.byLoad ? leastLoaded(gate) : gate;
  port.gate = taken.next;
  return taken;
}

/** Returns every decision of a ring, the one whose turn it is first. */
export function gatesOf(first: Gate): readonly Gate[] {
  const gates = [first];
  for (let gate = first.next; gate !== first; gate = gate.next) gates.push(gate);
  return gates;
}

/** Lets no more requests pass, for good. */
export function closeGate(record: WorkloadRecord): void {
  for (const port of portsOf(record)) port.gate = undefined;
}

/** The ring stays while its targets do: what was prepared for its decisions stays of use. */
function setGate({ name, settings }: WorkloadRecord, port: PortRecord, targets: readonly Endpoint[]): void {
  const byLoad = settings.strategy === "least-connections" && targets.length > 1;
  const last = port.gate;
  const isSame = last?.targets.length === targets.length && last.targets.every((target, at) => target === targets[at]);
  if (!isSame || last.byLoad !== byLoad) port.gate = ringOf(name, { last, targets, byLoad });
}

/** Of several with as few open requests, the one whose turn it is. */
function leastLoaded(first: Gate): Gate {
  let least = first;
  for (let gate = first.next; gate !== first; gate = gate.next) if (gate.load.open < least.load.open) least = gate;
  return least;
}

/** Targets that stay keep the count of what is open. */
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

/** Whether a dependency meets the condition of its dependents. */
export function isSatisfied(dependency: WorkloadRecord, condition: DependencyCondition): boolean {
  const { state } = dependency;
  switch (condition) {
    case "started":
      return runs(state);
    case "healthy":
      // A schedule or a suspension closes it to visitors; dependents have it for as long as it runs.
      return dependency.gate !== undefined || (answers(state) && dependency.dependencies.every(isMet));
    case "completed":
      return hasCompleted(dependency);
  }
}

/** Dependents reach it by the port that no host names. */
function answers(state: WorkloadState): boolean {
  return state.status === "ready" && state.targets.some(({ namedPort }) => namedPort === undefined);
}

function isMet({ record, condition }: DependencyLink): boolean {
  return isSatisfied(record, condition);
}

/** One that drains is about to be stopped: a request for it undoes that. */
function runs(state: WorkloadState): boolean {
  if (state.status === "starting") return state.phase === "waiting";
  if (state.status === "failed") return state.runs === true;
  return state.status === "unready" || state.status === "ready";
}

/** Also one that took longer than its start_timeout, and so failed first. */
function hasCompleted({ state, observation }: WorkloadRecord): boolean {
  if (state.status !== "asleep" && state.status !== "failed") return false;
  return observation?.status === "stopped" && observation.exit?.code === 0;
}
