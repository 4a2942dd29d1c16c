import { noteHiddenUse, noteUse, takeBackUse } from "../workload/activity.ts";
import type { LifecycleContext } from "../context.ts";
import type { Clock, Counters } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { carriedAny, type Sample } from "./in-use.ts";

/** Stores a reading for after a restart of the gateway. */
export function keepCounters(record: WorkloadRecord, sample: Sample, clock: Clock): void {
  record.counters = countersOf(record, sample, clock);
}

/** Converts a reading to its stored form; `undefined` if it does not show the workload's own traffic. */
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
 * Checks whether a run was used while the gateway was down and a front forwarded to it. A run that already existed
 * counts as used when it is first observed; if its counters show no traffic since the last reading, its former last
 * activity is restored.
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
