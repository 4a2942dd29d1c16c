import type { Clock, Memory, Store } from "../ports.ts";
import type { WorkloadRecord } from "./record.ts";
import type { Truces } from "../reconcile/truces.ts";

const SAVE_AFTER_MS = 1_000;
const ACTIVITY_EVERY_MS = 10_000;

/** Keeps what must survive a restart: loads it once, saves soon after a change, and activity now and then. */
export interface MemoryKeeper {
  load(): Promise<void>;
  recall(name: string): Memory | undefined;
  markDirty(): void;
  /** Keeps what is known of a workload that is no longer configured: it may come back. */
  keep(record: WorkloadRecord): void;
  save(): Promise<void>;
}

export function createMemoryKeeper(deps: {
  clock: Clock;
  store: Store;
  records: ReadonlyMap<string, WorkloadRecord>;
  truces: Truces;
}): MemoryKeeper {
  const { clock, store, records, truces } = deps;
  let known: ReadonlyMap<string, Memory> = new Map();
  let timer: { readonly atMs: number; readonly abort: AbortController } | undefined;

  const write = oneAtATime(async () => {
    known = new Map([
      ...known,
      ...[...records.values()].map((record) => [record.name, memoryOf(record, clock, truces)] as const),
    ]);
    await store.save(known);
  });

  function save(): Promise<void> {
    timer?.abort.abort();
    timer = undefined;
    return write();
  }

  function saveAfter(ms: number): void {
    const atMs = clock.now() + ms;
    if (timer !== undefined && timer.atMs <= atMs) return;
    timer?.abort.abort();
    const abort = new AbortController();
    timer = { atMs, abort };
    void clock.sleep(ms, abort.signal).then(() => {
      if (abort.signal.aborted) return;
      timer = undefined;
      void save();
      if ([...records.values()].some(isUsed)) saveAfter(ACTIVITY_EVERY_MS);
    });
  }

  return {
    async load() {
      known = await store.load();
      for (const [name, { truceUntilMs }] of known) {
        if (truceUntilMs !== undefined) truces.resume(name, truceUntilMs + clock.now() - clock.wall());
      }
    },
    recall: (name) => known.get(name),
    markDirty: () => saveAfter(SAVE_AFTER_MS),
    keep(record) {
      known = new Map([...known, [record.name, memoryOf(record, clock, truces)]]);
    },
    save,
  };
}

/** Lets `act` run once at a time, and once more for all calls that come meanwhile. */
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

/** While something is awake its activity advances without a change of state. */
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

/** One is not worth a word where there is never another number. */
function instancesOf({ engine, formerInstances: instances }: WorkloadRecord): Pick<Memory, "instances"> {
  const knowsReplicas = engine.kind === "swarm" || engine.kind === "kubernetes";
  return instances !== undefined && (instances > 1 || knowsReplicas) ? { instances } : {};
}
