import { noteHiddenUse, noteStreamSeen, noteUse } from "../workload/activity.ts";
import type { HandlerTraits } from "../../core/decision.ts";
import type { VetoReason } from "../../core/events.ts";
import type { LifecycleContext } from "../context.ts";
import { isLastingUse } from "../../core/lasting-connection.ts";
import { keepCounters } from "./absence.ts";
import { findUse, provesRest, type Sample, type StreamState } from "./in-use.ts";
import { NOTHING_READ, sampledMemory, samplingOf, signalOf } from "./sampling.ts";
import { EngineError } from "../ports.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** By then the traffic of the last request has usually ended, so that it is not mistaken for continued use. */
const SETTLE_MS = 2_000;
const SHORTEST_STEP_MS = 1_000;
/** The shortest interval between readings while fronts forward directly. */
export const DIRECT_STEP_MS = 5_000;
const LONGEST_DIRECT_STEP_MS = 60_000;
/**
 * The readings per idle timeout. A reading dates the use before it, so a stop is late by up to a step: with the stop, a
 * tenth.
 */
const DIRECT_STEPS = 12;
/** The least time between a reading and the last one before a stop. */
const JITTER_MS = 250;
const LONGEST_STEP_MS = 30_000;
/** How long before a stop the last reading begins: Docker before version 23 takes a second for one. */
const LEAD_MS = 1_200;
/** A stop needs a reading that is no older than this. */
const FRESH_MS = 1_500;
/** Streams send pings at least once a minute, because middleboxes cut silent connections. */
const STREAM_MS = 65_000;
/** The minimum between the first and the last reading before a stop, because a busy Docker may answer late. */
const SHORT_WINDOW_MS = 500;
/** The same if a nearly silent stream may be open, but at most half the idle timeout. */
const STREAM_WINDOW_MS = 5_000;

/**
 * Notes that a front proxy sends auth requests for it, so its traffic bypasses the gateway and its counters are read.
 */
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
 * Returns when to read the counters next: soon after the last activity, then ten times per idle timeout, and shortly
 * before the stop at `stopAtMs` (while fronts forward directly, at the stop). `undefined`: not at all.
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
 * The same while fronts forward directly: twelve times per idle timeout, and at the stop. Use is dated by the reading that
 * shows it, so two readings are no further apart than a stop may be late.
 */
export function nextDirectMs(record: WorkloadRecord, stopAtMs: number): number {
  const begunMs = samplingOf(record)?.begunMs ?? record.lastActivityMs;
  const stepMs = Math.min(LONGEST_DIRECT_STEP_MS, Math.max(DIRECT_STEP_MS, quietMsOf(record) / DIRECT_STEPS));
  const leftMs = stopAtMs - begunMs;
  if (Math.abs(leftMs - stepMs) <= JITTER_MS) return begunMs + Math.max(leftMs, stepMs);
  return begunMs + Math.min(leftMs, stepMs);
}

/** Returns how long it may be unused before it is paused or stopped. */
function quietMsOf({ settings }: WorkloadRecord): number {
  return settings.pauseAfterMs || (settings.idleTimeoutMs ?? 0);
}

/** With `idle_signal: requests`, one reading per run shows how much memory a stop frees; nothing else depends on it. */
function isRead(record: WorkloadRecord): boolean {
  return samplingOf(record) !== undefined || !record.engine.capabilities.usage;
}

/** Reads the memory that a stop will free, if the readings do not include it. */
export async function readMemory(record: WorkloadRecord): Promise<void> {
  if (record.engine.traffic === undefined) return;
  const { memoryBytes } = (await record.engine.usage(refOf(record)).catch(() => undefined)) ?? {};
  const sampling = samplingOf(record);
  if (memoryBytes !== undefined && sampling !== undefined) record.sampling = { ...sampling, memoryBytes };
}

/** Reads the counters; use since the last reading counts as activity now. */
export function takeSample(context: LifecycleContext, record: WorkloadRecord): void {
  const before = samplingOf(record);
  const running = before?.running ?? compareSafely(context, record, before?.baseline);
  const { startedAtMs } = record.observation ?? {};
  record.sampling = { ...NOTHING_READ, ...before, startedAtMs, begunMs: context.clock.now(), running };
}

/** Compares; after an internal fault, which says nothing about use, the next reading starts again. */
async function compareSafely(context: LifecycleContext, record: WorkloadRecord, before: Sample | undefined) {
  try {
    return await compare(context, record, before);
  } catch (fault) {
    context.emit({ type: "fault", message: `cannot evaluate the counters of "${record.name}"`, detail: String(fault) });
    record.sampling = undefined;
    return undefined;
  }
}

/** Reads the counters at once; resolves with the use that they show. */
export async function readNow(context: LifecycleContext, record: WorkloadRecord): Promise<VetoReason | undefined> {
  takeSample(context, record);
  return samplingOf(record)?.running;
}

/** Checks the counters a last time right before a stop; use that they show counts as use now. */
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
  const begun = { begunMs: context.clock.now(), startedAtMs: record.observation?.startedAtMs };
  const usage = await read(record, before).catch(unlessReachable);
  if (usage === UNREACHABLE) {
    record.sampling = { ...NOTHING_READ, ...samplingOf(record), ...begun, lapsed: true, running: undefined };
    return undefined;
  }
  // Without readable counters, only leases and requests count.
  const after = usage && { atMs: context.clock.now(), usage };
  if (after !== undefined) keepCounters(record, after, context.clock);
  // A front that forwards directly causes no activity, so an older reading stays the baseline.
  const isFirst = before === undefined || (record.directMs === 0 && before.atMs < record.lastActivityMs);
  if (after !== undefined && mayHaveBeenUsed(record, isFirst ? undefined : before, after)) noteUse(record, after.atMs);
  const memoryBytes = usage?.memoryBytes ?? sampledMemory(record);
  const common = { ...begun, memoryBytes, lapsed: false, silentSinceMs: undefined, running: undefined };
  if (after === undefined || isFirst) {
    const atMs = after?.atMs ?? 0;
    record.sampling = { ...common, judgedMs: 0, quietSinceMs: atMs, carriedMs: atMs, baseline: after };
    context.remember(record); // for the comparison after a restart, even if the gateway is killed
    return undefined;
  }
  const use = judge(record, before, after);
  // Slow traffic may show only over more than one step, so the older reading stays the baseline for some time.
  const baseline = use !== undefined || after.atMs - before.atMs >= LONGEST_STEP_MS ? after : before;
  const quietSinceMs = use === undefined ? (samplingOf(record)?.quietSinceMs ?? before.atMs) : after.atMs;
  const { carriedMs = before.atMs } = samplingOf(record) ?? {};
  const carried = use === undefined || use === "connections" ? { carriedMs } : { carriedMs: after.atMs };
  record.sampling = { ...common, ...carried, judgedMs: after.atMs, quietSinceMs, baseline };
  return use;
}

const UNREACHABLE = Symbol("unreachable");

function unlessReachable(error: unknown): typeof UNREACHABLE | undefined {
  return error instanceof EngineError && error.code === "unreachable" ? UNREACHABLE : undefined;
}

/** Returns true if the engine could not be reached for the last reading, so that nothing shows whether it is used. */
export function isUnread(record: WorkloadRecord): boolean {
  return samplingOf(record)?.lapsed === true && signalOf(record) !== "requests";
}

/** Notes since when the engine has answered everything but the readings. */
export function noteSilence(record: WorkloadRecord, silentSinceMs: number | undefined): void {
  const sampling = samplingOf(record);
  if (sampling !== undefined) record.sampling = { ...sampling, silentSinceMs };
}

/** Returns true if it may have been used while the counters could not be read, which nothing shows afterwards. */
function mayHaveBeenUsed(record: WorkloadRecord, before: Sample | undefined, after: Sample): boolean {
  return isUnread(record) && (before === undefined || !provesRest(signalOf(record), before, after));
}

/** Returns the counters. If fronts forward directly a reading dates the use, so it must not take a second for memory and CPU. */
function read(record: WorkloadRecord, before: Sample | undefined): Promise<Sample["usage"] | undefined> {
  const { engine, directMs } = record;
  const isQuick = directMs > 0 && before !== undefined;
  return ((isQuick ? engine.traffic : undefined) ?? engine.usage)(refOf(record));
}

function judge(record: WorkloadRecord, before: Sample, after: Sample): VetoReason | undefined {
  const stream = streamState(record, before.atMs);
  const use = findUse(signalOf(record), before, after, stream) ?? findSilentUse(record, before, after);
  if (use === undefined) return undefined;
  noteUse(record, after.atMs);
  noteHiddenUse(record, use, after.atMs);
  if (stream === "recent") noteStreamSeen(record, after.atMs);
  return use;
}

/** Returns the same for a connection without payload, which is not always part of the signal. */
function findSilentUse(record: WorkloadRecord, before: Sample, after: Sample): VetoReason | undefined {
  const signal = signalOf(record);
  const { carriedMs = after.atMs } = samplingOf(record) ?? {};
  if (signal !== "direct" && signal !== "traffic") return undefined;
  const isUsed = isLastingUse({
    before: before.usage.remotes,
    after: after.usage.remotes,
    wasUsed: record.lastUse?.by === "connections" && record.lastUse.atMs === before.atMs,
    silentMs: after.atMs - carriedMs,
    isDirect: signal === "direct",
    mayStream: streamState(record, before.atMs) !== "none",
  });
  return isUsed ? "connections" : undefined;
}

/** Returns whether a nearly silent stream was let through or seen, in this run or shortly before `atMs`. */
function streamState({ streamSeenMs, reusableUntilMs, awakeSinceMs }: WorkloadRecord, atMs: number): StreamState {
  if (reusableUntilMs > awakeSinceMs) return "unseen";
  if (streamSeenMs === 0) return "none";
  return atMs - streamSeenMs < STREAM_MS ? "recent" : "once";
}
