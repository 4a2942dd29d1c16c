import type { IdleSignal } from "../../src/core/settings.ts";
import type { Usage } from "../../src/lifecycle/ports.ts";
import type { EngineState } from "./model-engine-state.ts";

/** What goes on in a container though no request of ours is open. */
export type HiddenUse = "none" | "traffic" | "connections" | "cpu" | "exec";

/** What goes on in it at present, what went on before that, and what its counters have come to. */
export interface Activity {
  kind: HiddenUse;
  sinceMs: number;
  before: { readonly kind: HiddenUse; readonly forMs: number; readonly untilMs: number } | undefined;
  countedAtMs: number;
  bytes: number;
  packets: number;
  cpuMs: number;
}

export function noActivity(): Activity {
  return { kind: "none", sinceMs: 0, before: undefined, countedAtMs: 0, bytes: 0, packets: 0, cpuMs: 0 };
}

/** From now on this goes on in it. */
export function use(actual: EngineState, kind: HiddenUse, nowMs: number): void {
  const { activity } = actual;
  if (activity.kind === kind) return;
  count(actual, nowMs);
  const forMs = nowMs - activity.sinceMs;
  Object.assign(activity, {
    before: actual.status === "running" ? { kind: activity.kind, forMs, untilMs: nowMs } : undefined,
    kind,
    sinceMs: nowMs,
  });
}

/** It begins to run, or goes on after a pause. */
export function useAnew({ activity }: EngineState, nowMs: number, isNewRun: boolean): void {
  Object.assign(activity, { sinceMs: nowMs, before: undefined, countedAtMs: nowMs });
  if (isNewRun) Object.assign(activity, { bytes: 0, packets: 0, cpuMs: 0 });
}

/** What its engine counts. */
export function usageOf(actual: EngineState, nowMs: number): Usage | undefined {
  if (actual.status !== "running") return undefined;
  count(actual, nowMs);
  const { bytes, packets, cpuMs, kind } = actual.activity;
  const network = { rxBytes: bytes, txBytes: bytes, rxPackets: packets, txPackets: packets };
  return { ...network, cpuMs, memoryBytes: 1_000_000, connections: kind === "connections" ? 1 : 0 };
}

/** Whether this kind of use keeps awake what is watched in this way. */
export function counts(kind: HiddenUse, signal: IdleSignal): boolean {
  return kind === "exec" || kind === signal;
}

function count({ activity, status }: EngineState, nowMs: number): void {
  const ms = status === "running" ? nowMs - activity.countedAtMs : 0;
  activity.countedAtMs = nowMs;
  if (activity.kind === "cpu") activity.cpuMs += ms;
  if (activity.kind !== "traffic") return;
  activity.bytes += 10 * ms;
  activity.packets += ms / 100;
}
