import type { VetoReason } from "../core/events.ts";
import type { Observation } from "../core/observation.ts";
import type { StopReason } from "../core/workload-state.ts";
import type { House } from "./house.ts";
import { nudged } from "./nudge.ts";
import { refOf, type WorkloadRecord } from "./record.ts";
import { findVeto, vetoForMs } from "./veto.ts";

/** A stop that does not come from idleness waits this long for what is open, then cuts it. */
const DRAIN_LIMIT_MS = 30_000;
const AFTER_FAILED_STOP_MS = 30_000;

/** The job behind `draining`: the gate is closed; wait until nothing is open, and look again whether it is really unused. */
export async function drainJob(house: House, record: WorkloadRecord, run: number, signal: AbortSignal): Promise<void> {
  const { state } = record;
  if (state.status !== "draining") return;
  const limitMs = house.clock.now() + DRAIN_LIMIT_MS;
  while (record.leases > 0 && house.clock.now() < limitMs && !signal.aborted) {
    await nudged(record, limitMs - house.clock.now(), signal, house.clock);
  }
  const veto = mayBeVetoed(state.reason) ? await findVeto(house, record, signal) : undefined;
  if (signal.aborted) return;
  if (veto === undefined) {
    house.dispatch(record, { type: "drained", run });
    return;
  }
  putOff(house, record, veto);
  house.dispatch(record, { type: "vetoed", run });
}

/** The job behind `stopping`: nobody is inside any more. */
export async function stopJob(house: House, record: WorkloadRecord, run: number, signal: AbortSignal): Promise<void> {
  const { state, settings, engine } = record;
  if (state.status !== "stopping") return;
  const startedMs = house.clock.now();
  const awakeMs = startedMs - record.awakeSinceMs;
  const ref = refOf(record);
  let observation: Observation;
  try {
    record.memoryBytes = (await usedMemory(record)) ?? record.memoryBytes;
    const method = state.reason === "pause" ? "pause" : settings.stopMethod;
    if (method !== "pause" && record.observation?.status === "paused") await engine.start(ref);
    await engine.stop(ref, { method, timeoutMs: settings.stopTimeoutMs, signal: settings.stopSignal });
    observation = await engine.observe(ref);
    record.observation = observation;
    record.stoppedByUs = true;
    house.emit({
      type: "stopped",
      workload: record.name,
      reason: state.reason,
      durationMs: house.clock.now() - startedMs,
      awakeMs,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    house.emit({ type: "stop-failed", workload: record.name, message });
    record.keepUntilMs = house.clock.now() + AFTER_FAILED_STOP_MS;
    observation = STILL_RUNNING;
  }
  if (!signal.aborted) house.dispatch(record, { type: "stop-ended", run, observation });
}

function mayBeVetoed(reason: StopReason): boolean {
  return reason === "idle" || reason === "pause" || reason === "unneeded";
}

function putOff(house: House, record: WorkloadRecord, reason: VetoReason): void {
  record.keepUntilMs = house.clock.now() + vetoForMs(record);
  house.emit({ type: "vetoed", workload: record.name, reason });
}

/** What a stop gives back; it is only told, so a failure to read it is no fault. */
async function usedMemory(record: WorkloadRecord): Promise<number | undefined> {
  if (!record.engine.capabilities.usage) return undefined;
  return (await record.engine.usage(refOf(record)).catch(() => undefined))?.memoryBytes;
}

/** Assumed after a stop that failed: the probe then finds out. */
const STILL_RUNNING: Observation = Object.freeze({
  name: "",
  id: "",
  status: "running",
  health: "none",
  image: "",
  endpoints: [],
  startedAtMs: undefined,
  exit: undefined,
});
