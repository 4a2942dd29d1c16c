import { noteHiddenUse, noteStreamSeen, noteUse } from "../workload/activity.ts";
import type { HandlerTraits } from "../../core/decision.ts";
import type { VetoReason } from "../../core/events.ts";
import type { LifecycleContext } from "../context.ts";
import { keepCounters } from "./absence.ts";
import { findUse, type Sample, type Sampling, type StreamState, type UseSignal } from "./in-use.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** What came with the last request is over by then, as a rule: it must not be taken for something that goes on. */
const SETTLE_MS = 2_000;
const SHORTEST_STEP_MS = 1_000;
/** The counters are read no more often while fronts forward without asking. */
export const DIRECT_STEP_MS = 5_000;
const LONGEST_DIRECT_STEP_MS = 60_000;
const LONGEST_STEP_MS = 30_000;
/** Docker before version 23 takes a second for a reading: the last one begins so long before a stop. */
const LEAD_MS = 1_200;
/** A reading that is not older settles a stop. */
const FRESH_MS = 1_500;
/** Pings come every minute at least, or else nobody's middle boxes would let them live. */
const STREAM_MS = 65_000;
/** At least between the first reading and the last one before a stop: a busy Docker may answer late. */
const SHORT_WINDOW_MS = 500;
/** The same where a stream may be open that says something only now and then, if half the idle interval is not shorter. */
const STREAM_WINDOW_MS = 5_000;

/** What keeps this workload awake besides requests: its own key, or traffic as soon as a front proxy carries it past us. */
function signalOf({ settings, seenByFront, directMs, engine, observation }: WorkloadRecord): UseSignal {
  if (!engine.capabilities.usage) return "requests";
  if (directMs > 0) return settings.idleSignal === "connections" ? "direct-connections" : "direct";
  if (settings.idleSignal !== undefined || !seenByFront) return settings.idleSignal ?? "requests";
  // The counters of a shared network include other containers (Lazytainer#81).
  return observation?.networkOwner === undefined ? "traffic" : "shared-network";
}

/** A front proxy sends auth requests about it: from now on its counters show the traffic that bypasses us. */
export function noteFrontTraffic(
  record: WorkloadRecord,
  { findsAddresses }: Pick<HandlerTraits, "findsAddresses">,
  rearm: (record: WorkloadRecord) => void,
): void {
  record.foundByFront ||= findsAddresses === true;
  if (record.seenByFront) return;
  record.seenByFront = true;
  rearm(record);
}

/**
 * Returns when the counters must be read next: soon after the last activity, then ten times per idle interval, and
 * shortly before the stop at `stopAtMs`, or at it where fronts forward without asking. `undefined`: they need not be.
 */
export function nextSampleMs(record: WorkloadRecord, stopAtMs: number | undefined): number | undefined {
  const quietMs = quietMsOf(record);
  if (stopAtMs === undefined || quietMs <= 0 || record.state.status !== "ready") return undefined;
  if (record.directMs > 0) return nextDirectMs(record, stopAtMs);
  const { lastActivityMs } = record;
  const lastMs = stopAtMs - LEAD_MS;
  if (signalOf(record) === "requests") return isRead(record) ? undefined : Math.max(lastActivityMs, lastMs);
  const begunMs = samplingOf(record)?.begunMs ?? 0;
  const stepMs = Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, quietMs / 10));
  const settledMs = Math.max(lastActivityMs, begunMs) + Math.min(SETTLE_MS, quietMs / 4);
  const nextMs = begunMs >= lastActivityMs ? begunMs + stepMs : settledMs;
  return begunMs < lastMs ? Math.min(nextMs, Math.max(settledMs, lastMs)) : undefined;
}

/**
 * The same while fronts forward without asking: ten times per idle interval, evenly, so that the last time is at the stop. Use is
 * dated by the reading that shows it; as long as it goes on the next one follows as soon as it may.
 */
export function nextDirectMs(record: WorkloadRecord, stopAtMs: number): number {
  const begunMs = samplingOf(record)?.begunMs ?? record.lastActivityMs;
  const stepMs = Math.min(LONGEST_DIRECT_STEP_MS, Math.max(DIRECT_STEP_MS, quietMsOf(record) / 10));
  const leftMs = stopAtMs - begunMs;
  const turns = Math.floor(leftMs / stepMs);
  const isInUse = begunMs <= record.lastActivityMs;
  return begunMs + (turns < 1 || (isInUse && turns > 1) ? stepMs : leftMs / turns);
}

/** How long it may be unused before something is done about it, in milliseconds. */
function quietMsOf({ settings }: WorkloadRecord): number {
  return settings.pauseAfterMs || (settings.idleTimeoutMs ?? 0);
}

/** Where requests alone count, one reading a run tells how much memory a stop gives back: nothing waits for it. */
function isRead(record: WorkloadRecord): boolean {
  return samplingOf(record) !== undefined || !record.engine.capabilities.usage;
}

/** The memory that this run used at the last reading, in bytes. */
export function sampledMemory(record: WorkloadRecord): number | undefined {
  return samplingOf(record)?.baseline?.usage.memoryBytes;
}

/** Reads the counters; what has passed since the last reading counts as activity now. */
export function takeSample(context: LifecycleContext, record: WorkloadRecord): void {
  const before = samplingOf(record);
  const running = before?.running ?? compareSafely(context, record, before?.baseline);
  record.sampling = {
    judgedMs: 0,
    quietSinceMs: 0,
    baseline: undefined,
    ...before,
    begunMs: context.clock.now(),
    running,
  };
}

/** An internal fault says nothing about use, and the next reading must start over. */
async function compareSafely(context: LifecycleContext, record: WorkloadRecord, before: Sample | undefined) {
  try {
    return await compare(context, record, before);
  } catch (fault) {
    context.emit({ type: "fault", message: `the counters of "${record.name}" failed`, detail: String(fault) });
    record.sampling = undefined;
    return undefined;
  }
}

/** Reads the counters at once, and says what they show. */
export async function readNow(context: LifecycleContext, record: WorkloadRecord): Promise<VetoReason | undefined> {
  takeSample(context, record);
  return samplingOf(record)?.running;
}

/** Looks a last time, right before a stop. A workload that was in use is so until now. */
export async function findHiddenUse(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<VetoReason | undefined> {
  if (signalOf(record) === "requests") return undefined;
  const use = await samplingOf(record)?.running;
  if (use !== undefined || signal.aborted) return use;
  const { baseline } = samplingOf(record) ?? {};
  if (baseline === undefined || baseline.atMs < record.lastActivityMs) await compare(context, record, undefined);
  const { judgedMs = 0, begunMs = 0, quietSinceMs = 0 } = samplingOf(record) ?? {};
  const isQuietStream = streamState(record, quietSinceMs) === "recent";
  const readUntilMs =
    quietSinceMs + (isQuietStream ? Math.min(STREAM_WINDOW_MS, quietMsOf(record) / 2) : SHORT_WINDOW_MS);
  const isFresh = judgedMs >= record.lastActivityMs && context.clock.now() - judgedMs <= FRESH_MS;
  if (isFresh && begunMs >= readUntilMs) return undefined;
  await context.clock.sleep(Math.max(0, readUntilMs - context.clock.now()), signal);
  return signal.aborted ? undefined : compare(context, record, samplingOf(record)?.baseline);
}

async function compare(
  context: LifecycleContext,
  record: WorkloadRecord,
  before: Sample | undefined,
): Promise<VetoReason | undefined> {
  const begunMs = context.clock.now();
  // Unreadable counters do not count: leases and requests then decide alone.
  const usage = await record.engine.usage(refOf(record)).catch(() => undefined);
  const after = usage && { atMs: context.clock.now(), usage };
  if (after !== undefined) keepCounters(record, after, context.clock);
  // Without auth requests no activity is recorded, so it is compared with the older reading.
  const isFirst = before === undefined || (record.directMs === 0 && before.atMs < record.lastActivityMs);
  if (after === undefined || isFirst) {
    record.sampling = { begunMs, judgedMs: 0, quietSinceMs: after?.atMs ?? 0, baseline: after, running: undefined };
    context.remember(record); // a gateway that is killed compares with it when it is back
    return undefined;
  }
  const use = judge(record, before, after);
  // A trickle may need a longer window than one step: the older reading stays until it is of no more use.
  const baseline = use !== undefined || after.atMs - before.atMs >= LONGEST_STEP_MS ? after : before;
  const quietSinceMs = use === undefined ? (samplingOf(record)?.quietSinceMs ?? before.atMs) : after.atMs;
  record.sampling = { begunMs, judgedMs: after.atMs, quietSinceMs, baseline, running: undefined };
  return use;
}

function judge(record: WorkloadRecord, before: Sample, after: Sample): VetoReason | undefined {
  const stream = streamState(record, before.atMs);
  const use = findUse(signalOf(record), before, after, stream);
  if (use === undefined) return undefined;
  noteUse(record, after.atMs);
  noteHiddenUse(record, use, after.atMs);
  if (stream === "recent") noteStreamSeen(record, after.atMs);
  return use;
}

/** Whether something that stays open with hardly a byte was let through or seen, ever or not long before `atMs`. */
function streamState({ streamSeenMs, reusableUntilMs, awakeSinceMs }: WorkloadRecord, atMs: number): StreamState {
  if (reusableUntilMs > awakeSinceMs) return "unseen";
  if (streamSeenMs === 0) return "none";
  return atMs - streamSeenMs < STREAM_MS ? "recent" : "once";
}

/** What was read in this very run. */
export function samplingOf({ sampling, awakeSinceMs }: WorkloadRecord): Sampling | undefined {
  return sampling !== undefined && sampling.begunMs >= awakeSinceMs ? sampling : undefined;
}
