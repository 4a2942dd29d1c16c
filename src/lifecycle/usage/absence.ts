import type { LifecycleContext } from "../context.ts";
import type { Clock, Counters } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { carriedAny, type Sample } from "./in-use.ts";

/** A reading in the form that outlives the gateway; `undefined` where it says nothing of the workload's own traffic. */
export function countersOf(
  { observation }: WorkloadRecord,
  { atMs, usage }: Sample,
  clock: Clock,
): Counters | undefined {
  const { rxBytes, txBytes, rxPackets, txPackets, payload } = usage;
  if (observation?.startedAtMs === undefined || rxBytes === undefined || usage.sharesNetwork === true) return undefined;
  return {
    startedAtMs: observation.startedAtMs,
    atMs: Math.round(atMs - clock.now() + clock.wall()),
    usage: { rxBytes, txBytes, rxPackets, txPackets, payload },
  };
}

/**
 * A front carries on while the gateway is away. At first sight of a run from before it counts as used now, until its counters
 * show that nobody has used it meanwhile: then it is idle since when it was.
 */
export async function judgeAbsence(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const { clock } = context;
  const { lastActivityMs: rememberedMs, counters, observation } = record;
  const seenMs = clock.now();
  record.lastActivityMs = seenMs;
  record.counters = undefined;
  if (counters === undefined || counters.startedAtMs !== observation?.startedAtMs) return;
  const usage = await record.engine.usage(refOf(record)).catch(() => undefined);
  if (usage === undefined || record.lastActivityMs !== seenMs) return;
  const after: Sample = { atMs: clock.now(), usage };
  const before: Sample = {
    atMs: counters.atMs - clock.wall() + clock.now(),
    usage: { ...NOTHING_ELSE, ...counters.usage },
  };
  if (carriedAny(before, after)) record.lastUse = { by: "traffic", atMs: seenMs };
  else record.lastActivityMs = rememberedMs;
  context.rearm(record);
}

const NOTHING_ELSE = { cpuMs: 0, memoryBytes: 0, connections: undefined };
