import { noteHiddenUse, noteUse, takeBackUse } from "../workload/activity.ts";
import type { LifecycleContext } from "../context.ts";
import type { Clock, Counters } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { carriedAny, type Sample } from "./in-use.ts";

/** Keeps a reading for the next life of the gateway. */
export function keepCounters(record: WorkloadRecord, sample: Sample, clock: Clock): void {
  record.counters = countersOf(record, sample, clock);
}

/** A reading in the form that outlives the gateway; `undefined` where it says nothing of the workload's own traffic. */
function countersOf({ observation }: WorkloadRecord, { atMs, usage }: Sample, clock: Clock): Counters | undefined {
  const { rxBytes, txBytes, rxPackets, txPackets, payload } = usage;
  if (observation?.startedAtMs === undefined || rxBytes === undefined || usage.sharesNetwork === true) return undefined;
  return {
    startedAtMs: observation.startedAtMs,
    atMs: Math.round(atMs - clock.now() + clock.wall()),
    usage: { rxBytes, txBytes, rxPackets, txPackets, payload },
  };
}

/**
 * A front carries on while the gateway is away. When a run from before is first observed it counts as used now, until its counters
 * show that nobody has used it meanwhile: then it is idle since when it was.
 */
export async function judgeAbsence(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const { clock } = context;
  const { lastActivityMs: rememberedMs, counters, observation } = record;
  const seenMs = clock.now();
  noteUse(record, seenMs);
  record.counters = undefined;
  if (counters === undefined || counters.startedAtMs !== observation?.startedAtMs) return;
  const usage = await record.engine.usage(refOf(record)).catch(() => undefined);
  if (usage === undefined || record.lastActivityMs !== seenMs) return;
  const after: Sample = { atMs: clock.now(), usage };
  const before: Sample = {
    atMs: counters.atMs - clock.wall() + clock.now(),
    usage: { ...NOTHING_ELSE, ...counters.usage },
  };
  if (carriedAny(before, after)) noteHiddenUse(record, "traffic", seenMs);
  else takeBackUse(record, rememberedMs);
  context.rearm(record);
}

const NOTHING_ELSE = { cpuMs: 0, memoryBytes: 0, connections: undefined };
