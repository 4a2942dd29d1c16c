import type { IdleSignal } from "../../src/core/settings.ts";
import type { Usage } from "../../src/core/usage.ts";
import type { EngineState } from "./model-engine-state.ts";

/** Activity in a container while no request of the gateway is open. */
export type HiddenUse = "none" | "traffic" | "connections" | "cpu" | "exec";

/** Its current activity, its earlier activity, and its counters. */
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

/** Sets its activity from now on. */
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

/** It starts, or continues after a pause. */
export function startUse({ activity }: EngineState, nowMs: number, isNewRun: boolean): void {
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
