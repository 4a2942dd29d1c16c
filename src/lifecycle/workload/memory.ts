import type { KnownFronts } from "../direct-fronts.ts";
import type { Clock, Memory, Store } from "../ports.ts";
import type { WorkloadRecord } from "./record.ts";
import { isWokenByUs } from "./run-owner.ts";
import type { Truces } from "../reconcile/truces.ts";

const SAVE_AFTER_MS = 1_000;
const ACTIVITY_EVERY_MS = 10_000;

/** Keeps what must survive a restart: loads it once, saves it soon after a change, and activity at intervals. */
export interface MemoryKeeper {
  load(): Promise<void>;
  recall(name: string): Memory | undefined;
  /** Schedules a save, because something has changed. */
  remember(record: WorkloadRecord): void;
  /** Keeps the memory of a workload that is no longer configured, because it may come back. */
  keep(record: WorkloadRecord): void;
  /** Saves these at once, and all others that may have changed. */
  save(changed: Iterable<WorkloadRecord>): Promise<void>;
}

interface MemoryDeps {
  readonly clock: Clock;
  readonly store: Store;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  readonly truces: Truces;
  readonly fronts: KnownFronts | undefined;
}

/** Creates the memory keeper. */
export function createMemoryKeeper(deps: MemoryDeps): MemoryKeeper {
  const { clock, store, records, truces, fronts } = deps;
  const known = new Map<string, Memory>();
  const changed = new Set<WorkloadRecord>();
  const timer = createTimer(clock);

  const write = oneAtATime(async () => {
    for (const record of changed) if (records.get(record.name) === record) note(record);
    changed.clear();
    await store.save({ memories: known, fronts: fronts?.list() ?? [] });
  });

  /** Updates the memory of a record, and omits an empty one. */
  function note(record: WorkloadRecord): void {
    const memory = memoryOf(record, clock, truces);
    if (isNothing(memory)) known.delete(record.name);
    else known.set(record.name, memory);
  }

  function save(of: Iterable<WorkloadRecord>): Promise<void> {
    timer.cancel();
    for (const record of of) changed.add(record);
    for (const record of records.values()) if (!isAtRest(record)) changed.add(record);
    return write();
  }

  function saveAfter(ms: number): void {
    timer.within(ms, () => {
      void save([]);
      if (records.values().some(isUsed)) saveAfter(ACTIVITY_EVERY_MS);
    });
  }

  return {
    async load() {
      const stored = await store.load();
      fronts?.restore(stored.fronts);
      fronts?.onChange(() => saveAfter(SAVE_AFTER_MS));
      for (const [name, memory] of stored.memories) {
        known.set(name, memory);
        const { truceUntilMs } = memory;
        if (truceUntilMs !== undefined) truces.resume(name, truceUntilMs + clock.now() - clock.wall());
      }
    },
    recall: (name) => known.get(name),
    remember(record) {
      changed.add(record);
      saveAfter(SAVE_AFTER_MS);
    },
    keep(record) {
      note(record);
      saveAfter(SAVE_AFTER_MS);
    },
    save,
  };
}

/** Returns true while its memory cannot change without a change of state. */
function isAtRest({ state: { status } }: WorkloadRecord): boolean {
  return status === "asleep" || status === "absent" || status === "unseen";
}

function isNothing({ wakesMs, ...memory }: Memory): boolean {
  return (
    wakesMs.length === 0 &&
    Object.values(memory).every((value) => value === undefined || value === 0 || value === false)
  );
}

/** Creates a timer that a call can only make earlier, not later. */
function createTimer(clock: Clock): { within(ms: number, then: () => void): void; cancel(): void } {
  let next: { readonly atMs: number; readonly abort: AbortController } | undefined;

  function cancel(): void {
    next?.abort.abort();
    next = undefined;
  }

  return {
    cancel,
    within(ms, then) {
      const atMs = clock.now() + ms;
      if (next !== undefined && next.atMs <= atMs) return;
      cancel();
      const abort = new AbortController();
      next = { atMs, abort };
      void clock.sleep(ms, abort.signal).then(() => {
        if (abort.signal.aborted) return;
        next = undefined;
        then();
      });
    },
  };
}

/** Returns a function that runs `act` one at a time, and once more after any calls during a run. */
function oneAtATime(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;

  async function runAll(): Promise<void> {
    do {
      again = false;
      await act();
    } while (again);
  }

  return () => {
    if (running === undefined) running = runAll().finally(() => void (running = undefined));
    else again = true;
    return running;
  };
}

/** Returns true while its last activity may change without a change of state. */
function isUsed({ state, settings }: WorkloadRecord): boolean {
  return state.status === "ready" && (settings.idleTimeoutMs ?? 0) > 0;
}

function memoryOf(record: WorkloadRecord, clock: Clock, truces: Truces): Memory {
  const offsetMs = clock.wall() - clock.now();
  const { counters } = record;
  const truce = truces.of(record.name);
  return {
    lastActivityMs: record.lastActivityMs === 0 ? undefined : Math.round(record.lastActivityMs + offsetMs),
    wakesMs: record.wakesMs,
    failures: record.failures,
    failedAtMs: record.failedAtMs,
    stoppedByUs: record.stoppedByUs,
    wokenByUs: isWokenByUs(record),
    ...(record.endedBy && { endedBy: record.endedBy }),
    asleepMs: Math.round(record.asleepMs),
    wakesTotal: record.wakesTotal,
    ...(record.seenByFront && { seenByFront: true }),
    ...(record.directMs > 0 && { direct: true }),
    ...(record.answeredPort !== undefined && { answeredPort: record.answeredPort }),
    ...(record.suspendedUntilMs > 0 && { suspendedUntilMs: Math.round(record.suspendedUntilMs + offsetMs) }),
    ...(truce && { truceUntilMs: Math.round(truce.untilMs + offsetMs) }),
    ...(record.probeHosts.good.length > 0 && { goodHosts: record.probeHosts.good }),
    ...(record.ownLimits && { ownLimits: record.ownLimits }),
    ...(counters && counters.atMs >= Math.round(record.lastActivityMs + offsetMs) && { counters }),
    ...instancesOf(record),
  };
}

/** Returns the number of instances, only for engines with replicas. */
function instancesOf({ engine, formerInstances: instances }: WorkloadRecord): Pick<Memory, "instances"> {
  const knowsReplicas = engine.kind === "swarm" || engine.kind === "kubernetes";
  return instances !== undefined && (instances > 1 || knowsReplicas) ? { instances } : {};
}
