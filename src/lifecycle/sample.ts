import type { VetoReason } from "../core/events.ts";
import type { IdleSignal } from "../core/settings.ts";
import type { House } from "./house.ts";
import { findUse, type Sample } from "./in-use.ts";
import { refOf, type WorkloadRecord } from "./record.ts";

/** What came with the last request is over by then, as a rule: it must not look like something that goes on. */
const SETTLE_MS = 2_000;
const SHORTEST_STEP_MS = 1_000;
const LONGEST_STEP_MS = 30_000;
/** Pings come every minute at least, or else nobody's middle boxes would let them live. */
const STREAM_MS = 65_000;
/** Between two readings right before a stop, when there is no earlier one. */
const SHORT_LOOK_MS = 500;

/** What keeps this workload awake besides requests: its own key, or traffic as soon as a front proxy carries it past us. */
export function signalOf({ settings, seenByFront, engine }: WorkloadRecord): IdleSignal {
  if (!engine.capabilities.usage) return "requests";
  return settings.idleSignal ?? (seenByFront ? "traffic" : "requests");
}

/** A front proxy asks about it: from now on its counters tell what the front carries past us. */
export function meetFront(record: WorkloadRecord, rearm: (record: WorkloadRecord) => void): void {
  if (record.seenByFront) return;
  record.seenByFront = true;
  rearm(record);
}

/** When the counters must be read next: soon after the last activity, then ten times per idle interval; `undefined`: never. */
export function nextSampleMs(record: WorkloadRecord): number | undefined {
  const quietMs = record.settings.pauseAfterMs || (record.settings.idleTimeoutMs ?? 0);
  if (quietMs <= 0 || record.state.status !== "ready" || signalOf(record) === "requests") return undefined;
  const { lastActivityMs, sampledMs } = record;
  const stepMs = Math.min(LONGEST_STEP_MS, Math.max(SHORTEST_STEP_MS, quietMs / 10));
  if (sampledMs >= lastActivityMs) return sampledMs + stepMs;
  return Math.max(lastActivityMs, sampledMs) + Math.min(SETTLE_MS, quietMs / 4);
}

/** Reads the counters; what has passed since the last reading counts as activity now. */
export async function takeSample(house: House, record: WorkloadRecord): Promise<void> {
  const before = baselineOf(record);
  record.sampledMs = house.clock.now();
  const after = await readSample(house, record);
  if (after === undefined || record.state.status !== "ready") return;
  if (before === undefined || before.atMs < record.lastActivityMs) record.sample = after;
  else judge(record, before, after);
}

/** Looks a last time, right before a stop. A workload that was in use is so until now. */
export async function findHiddenUse(
  house: House,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<VetoReason | undefined> {
  if (signalOf(record) === "requests") return undefined;
  let before = baselineOf(record);
  if (before === undefined || before.atMs < record.lastActivityMs) {
    before = await readSample(house, record);
    await house.clock.sleep(SHORT_LOOK_MS, signal);
  }
  const after = await readSample(house, record);
  if (before === undefined || after === undefined || signal.aborted) return undefined;
  return judge(record, before, after);
}

function judge(record: WorkloadRecord, before: Sample, after: Sample): VetoReason | undefined {
  const quietStream = record.streamSeenMs > 0 && before.atMs - record.streamSeenMs < STREAM_MS;
  const use = findUse(signalOf(record), before, after, quietStream);
  // A trickle may need a longer look than one step: the older reading stays until it is of no more use.
  if (use !== undefined || after.atMs - before.atMs >= LONGEST_STEP_MS) record.sample = after;
  if (use === undefined) return undefined;
  record.lastActivityMs = Math.max(record.lastActivityMs, after.atMs);
  if (quietStream) record.streamSeenMs = after.atMs;
  return use;
}

/** The last reading of this very run. */
function baselineOf({ sample, awakeSinceMs }: WorkloadRecord): Sample | undefined {
  return sample !== undefined && sample.atMs >= awakeSinceMs ? sample : undefined;
}

async function readSample({ clock }: House, record: WorkloadRecord): Promise<Sample | undefined> {
  // What cannot be read says nothing: leases and requests then decide alone.
  const usage = await record.engine.usage(refOf(record)).catch(() => undefined);
  return usage && { atMs: clock.now(), usage };
}
