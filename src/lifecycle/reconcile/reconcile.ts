import { asleepAs, type InventoryItem } from "../../core/observation.ts";
import { isAnotherRun, isMadeAnew } from "../workload/another-run.ts";
import type { LifecycleContext } from "../context.ts";
import { createDeparted, type Departed } from "./departed.ts";
import { forgiveEngine, hear } from "./hear.ts";
import { recordObservation, observe } from "./observe.ts";
import { notify } from "../workload/notify.ts";
import { isOneShot } from "../workload/one-shot.ts";
import { type Engine, EngineError, type Engines, type News, type OnLink } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { noteTenants } from "../stop/tenants.ts";

const OBSERVED_AT_ONCE = 16;

export interface Reconciler {
  /** Lists once, then follows change notifications and lists anew every `intervalMs()` until `signal` aborts. */
  start(intervalMs: () => number, signal: AbortSignal): Promise<void>;
  /** As after a notification that anything, the configuration included, may have changed. */
  reload(): Promise<void>;
  enginesUp(): boolean;
}

interface ReconcilerDeps {
  readonly context: LifecycleContext;
  readonly engines: Engines;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  /** Makes records and routes follow what there is now. */
  readonly apply: (inventory: readonly InventoryItem[]) => void;
}

/**
 * Makes the records follow the engines. Events are only change notifications: whatever they say, the whole list is read again, and
 * whatever differs is observed one by one. Notifications that arrive meanwhile lead to one more round, not to many.
 */
export function createReconciler({ context, engines, records, apply }: ReconcilerDeps): Reconciler {
  const inventories = new Map<string, ReadonlyMap<string, InventoryItem>>();
  const down = new Set<string>();
  const changed = new Set<string>();
  const departed = new Map<string, Departed>();
  let signature: string | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let lost = false;
  let forgetsAtMs = 0;
  let ended: AbortSignal | undefined;

  function reconcile(): Promise<void> {
    again = true;
    running ??= runRounds();
    return running;
  }

  /** Ends in the same turn in which it finds nothing more to do, so that a notification never comes too late for it. */
  async function runRounds(): Promise<void> {
    try {
      while (again) {
        again = false;
        await round();
      }
    } catch (error) {
      lost = true; // the next round makes up for this one
      context.emit({ type: "fault", message: "cannot refresh the container list", detail: String(error) });
    } finally {
      running = undefined;
    }
  }

  async function round(): Promise<void> {
    const names = new Set(changed);
    changed.clear();
    const isLost = lost;
    lost = false;
    const listed = (await Promise.all(Object.values(engines).map(list))).flatMap((id) => id ?? []);
    const items = [...inventories.values()].flatMap((inventory) => [...inventory.values()]);
    forgetLater();
    const now = items.map(({ id, name }) => `${id} ${name}`).join("\n");
    if (now !== signature) {
      apply(items);
      signature = now;
    }
    noteTenants(context, records, items);
    const stale = [...records.values()].filter(({ engine }) => listed.includes(engine.id));
    for (let from = 0; from < stale.length; from += OBSERVED_AT_ONCE) {
      const batch = stale.slice(from, from + OBSERVED_AT_ONCE);
      await Promise.all(batch.map((record) => refreshAlone(record, isMeant(record, names), isLost)));
    }
    for (const record of records.values()) {
      if (!listed.includes(record.engine.id) && names.has(record.name)) changed.add(record.name);
    }
  }

  function departedOf({ id }: Engine): Departed {
    const known = departed.get(id) ?? createDeparted(context.clock, onDeparture);
    departed.set(id, known);
    return known;
  }

  /** Usually an event has told so already. */
  function onDeparture(name: string): void {
    if (context.truces.of(name) === undefined) context.truces.note(name, { kind: "removed" });
  }

  async function list(engine: Engine): Promise<string | undefined> {
    try {
      const items = departedOf(engine).fill(await engine.list());
      inventories.set(engine.id, new Map(items.map((item) => [item.name, item])));
      link(engine, true);
      return engine.id;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      link(engine, false, error.message);
      return undefined;
    }
  }

  /** A fault about one costs no other its turn. */
  async function refreshAlone(record: WorkloadRecord, isChanged: boolean, isLost: boolean): Promise<void> {
    try {
      await refresh(record, isChanged, isLost);
    } catch (fault) {
      changed.add(record.name);
      context.emit({ type: "fault", message: `cannot refresh the state of "${record.name}"`, detail: String(fault) });
    }
  }

  /** `isLost`: events may have been missed, so that not even an unchanged status proves that nothing happened. */
  async function refresh(record: WorkloadRecord, isChanged: boolean, isLost: boolean): Promise<void> {
    // Their jobs observe for themselves, later than any answer that is asked for here.
    if (observesItself(record)) return notify(record.signals);
    const item = inventories.get(record.engine.id)?.get(record.name);
    const last = record.observation;
    const status = item?.status ?? "absent";
    const isSuspect = isChanged || (isLost && last?.status !== "stopped" && last?.status !== "absent");
    if (!isSuspect && last !== undefined && last.status === status && last.id === (item?.id ?? "")) return;
    const ran = last !== undefined && last.status !== "stopped" && last.status !== "absent";
    const isKnownByFile = record.settings.process !== undefined;
    const isNew = item !== undefined && last?.id !== item.id;
    const mustAsk =
      isSuspect ||
      ran ||
      isKnownByFile ||
      isOneShot(record) ||
      (isNew && record.settings.findsPort === true) ||
      (status !== "stopped" && status !== "absent");
    const before = record.state;
    if (!mustAsk) recordObservation(record, asleepAs(record.name, item, last));
    const seen = mustAsk ? await observe(record) : record.observation;
    if (seen === undefined || record.state !== before) {
      changed.add(record.name); // out of reach, or it moved meanwhile: what was observed may be older than that
      if (seen !== undefined && !observesItself(record)) again = true;
    } else {
      if (last !== undefined && isMadeAnew(last, seen)) forgetFailures(record);
      context.dispatch(record, { type: "observed", observation: seen, restarted: isAnotherRun(record, last, seen) });
    }
    notify(record.signals);
  }

  /** What has departed is forgotten in time, though nothing else happens. */
  function forgetLater(): void {
    const nextMs = Math.min(...[...departed.values()].map((one) => one.nextMs() ?? Number.POSITIVE_INFINITY));
    if (nextMs === forgetsAtMs || nextMs === Number.POSITIVE_INFINITY) return;
    forgetsAtMs = nextMs;
    void context.clock.sleep(nextMs - context.clock.now(), ended).then(() => {
      if (!ended?.aborted) void reconcile();
    });
  }

  /** Docker is, unless everything that is configured runs without it. */
  function isUsed(id: string): boolean {
    const used = [...records.values()].some(({ engine }) => engine.id === id);
    return used || (engines[id]?.kind === "docker" && records.size === 0);
  }

  function link({ id }: Engine, up: boolean, reason?: string): void {
    const was = !down.has(id);
    if (up) down.delete(id);
    else down.add(id);
    if (was !== up) context.emit({ type: "engine", engine: id, up, ...(reason !== undefined && { reason }) });
  }

  function onLink(engine: Engine): OnLink {
    return (up, lacks) => {
      link(engine, up);
      if (lacks !== undefined)
        context.emit({ type: "fault", message: `${engine.id} is used with less than it offers`, detail: lacks });
    };
  }

  function onChange(name?: string, news?: News): void {
    if (name === undefined) lost = true;
    else changed.add(name);
    try {
      if (name !== undefined) takeNews(name, news);
      else if (news?.kind === "cut") forgiveEngine(context, records.values());
    } catch (fault) {
      context.emit({ type: "fault", message: `an event of "${name}" could not be followed`, detail: String(fault) });
    }
    void reconcile();
  }

  function takeNews(name: string, news: News | undefined): void {
    const record = records.get(name);
    if (news !== undefined) context.truces.note(name, news);
    if (record !== undefined && news !== undefined) hear(context, record, news);
    if (record !== undefined) notify(record.signals);
  }

  return {
    async start(intervalMs, signal) {
      ended = signal;
      await reconcile();
      for (const engine of Object.values(engines)) engine.watch(onChange, onLink(engine), signal);
      void relist(intervalMs, signal);
    },
    reload() {
      signature = undefined;
      return reconcile();
    },
    enginesUp: () => [...down].every((id) => !isUsed(id)),
  };

  async function relist(intervalMs: () => number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await context.clock.sleep(intervalMs() || RELIST_FALLBACK_MS, signal);
      if (!signal.aborted) await reconcile();
    }
  }
}

const RELIST_FALLBACK_MS = 15_000;

function observesItself({ state: { status } }: WorkloadRecord): boolean {
  return status === "starting" || status === "stopping";
}

/** They were another container's. */
function forgetFailures(record: WorkloadRecord): void {
  record.failures = 0;
  record.failedAtMs = undefined;
}

/** What happens to the container whose network it uses happens to it as well. */
function isMeant({ name, networkOwner }: WorkloadRecord, names: ReadonlySet<string>): boolean {
  return names.has(name) || (networkOwner !== undefined && names.has(networkOwner));
}
