import type { FoundItems } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import { ignoreShutdownEnds, handleNews } from "./handle-news.ts";
import { notify } from "../workload/notify.ts";
import type { Engine, Engines, News, OnChange, OnLink } from "../ports.ts";
import { createSource, type Source } from "./source.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { createTenants } from "../stop/tenants.ts";

/** Keeps the records in step with the engines. */
export interface Reconciler {
  /** Lists once, then follows change notifications, and lists again every `intervalMs()` until `signal` aborts. */
  start(intervalMs: () => number, signal: AbortSignal): Promise<void>;
  /** Refreshes everything, including the configuration. */
  reload(): Promise<void>;
  enginesUp(): boolean;
}

interface ReconcilerDeps {
  readonly context: LifecycleContext;
  readonly engines: Engines;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  /**
   * Updates records and routes from the inventories, for changed names or for all. Returns the names that were
   * affected.
   */
  readonly apply: (found: FoundItems, changed?: ReadonlySet<string>) => ReadonlySet<string>;
}

/** Creates the reconciler. It follows each engine independently of the others. */
export function createReconciler({ context, engines, records, apply }: ReconcilerDeps): Reconciler {
  const down = new Set<string>();
  const tenants = createTenants(context, records);
  const remade = new Set<string>();
  let isConfigured = false;
  let forgetsAtMs = 0;
  let ended: AbortSignal | undefined;
  const sources = Object.values(engines).map((engine) =>
    createSource({
      engine,
      context,
      records,
      apply: applyChanges,
      onLink: (up, reason) => link(engine, up, reason),
      ended: () => ended,
    }),
  );

  const found: FoundItems = {
    all: () => sources.flatMap(({ inventory }) => inventory.items()),
    named: (name) => sources.flatMap(({ inventory }) => inventory.get(name) ?? []),
  };

  function applyChanges(names: Iterable<string>): void {
    for (const name of names) remade.add(name);
    if (!isConfigured || remade.size > 0) {
      const concerned = apply(found, isConfigured ? remade : undefined);
      isConfigured = true;
      remade.clear();
      refreshNew(concerned);
    }
    tenants.note(sources.map(({ inventory }) => inventory));
    forgetLater();
  }

  /** Has other engines refresh new records, because no round of theirs may be in progress. */
  function refreshNew(names: ReadonlySet<string>): void {
    const fresh = [...names].flatMap((name) => records.get(name) ?? []).filter(isUnseen);
    for (const [engine, own] of Map.groupBy(fresh, (record) => record.engine)) {
      const source = sources.find((one) => one.engine === engine);
      source?.noteNew(own.map(({ name }) => name));
      void source?.refresh();
    }
  }

  /** Schedules an update that forgets removed containers, even if nothing else happens. */
  function forgetLater(): void {
    const nextMs = Math.min(...sources.map(({ inventory }) => inventory.nextMs() ?? Number.POSITIVE_INFINITY));
    if (nextMs === forgetsAtMs || nextMs === Number.POSITIVE_INFINITY) return;
    forgetsAtMs = nextMs;
    void context.clock.sleep(nextMs - context.clock.now(), ended).then(() => {
      if (!ended?.aborted) void refreshAll();
    });
  }

  /** Limits the wait for a Docker host or cluster that does not answer, which must not delay the start for long. */
  async function refreshAtStart({ engine, refresh }: Source, tooLate: Promise<void>): Promise<void> {
    const mayBeAway = engine.kind === "docker" && engine.id !== "docker";
    await (mayBeAway ? Promise.race([refresh(), tooLate]) : refresh());
  }

  async function refreshAll(): Promise<void> {
    await Promise.all(sources.map((source) => source.refresh()));
  }

  /** Returns whether any workload uses this engine. Docker counts as used unless all workloads have other engines. */
  function isUsed(id: string): boolean {
    const used = records.values().some(({ engine }) => engine.id === id);
    return used || (engines[id]?.kind === "docker" && records.size === 0);
  }

  /**
   * Returns whether the gateway is ready to serve. One of several Docker hosts may be unreachable. So may a cluster's
   * API server: awake apps keep running without it, but a gateway that is not ready would get no requests for them.
   */
  function enginesUp(): boolean {
    const used = sources.map(({ engine }) => engine).filter(({ id }) => isUsed(id));
    const hosts = used.filter(({ kind }) => kind === "docker");
    const isDown = ({ id }: Engine): boolean => down.has(id);
    const areHostsDown = hosts.length > 0 && hosts.every(isDown);
    return !areHostsDown && !used.some((engine) => !MAY_BE_AWAY.has(engine.kind) && isDown(engine));
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
      if (!up) sources.find((source) => source.engine === engine)?.noteAway();
      if (lacks !== undefined)
        context.emit({ type: "fault", message: `${engine.id} grants only some permissions`, detail: lacks });
    };
  }

  function onChange(source: Source): OnChange {
    return (name, news) => {
      // After the end of a stream nothing can be read until the reconnect, which sends its own notification.
      if (name !== undefined) source.changed(name);
      else if (news?.kind !== "cut") source.listAgain(true);
      try {
        if (name !== undefined) takeNews(source.engine, name, news);
        else if (news?.kind === "cut") ignoreShutdownEnds(context, recordsOf(source.engine));
      } catch (fault) {
        context.emit({ type: "fault", message: `cannot handle an event of "${name}"`, detail: String(fault) });
      }
      void source.refresh();
    };
  }

  function recordsOf(engine: Engine): WorkloadRecord[] {
    return [...records.values()].filter((record) => record.engine === engine);
  }

  /** Returns whether a workload of this name belongs to another engine: a container and a service may share a name. */
  function isOthers(name: string, engine: Engine): boolean {
    const record = records.get(name);
    return record !== undefined && record.engine !== engine;
  }

  function takeNews(engine: Engine, name: string, news: News | undefined): void {
    if (isOthers(name, engine) || (news?.kind === "renamed" && isOthers(news.from, engine))) return;
    const record = records.get(name);
    if (news !== undefined) context.truces.note(name, news);
    if (record !== undefined && news !== undefined) handleNews(context, record, news);
    if (record !== undefined) notify(record.signals);
  }

  return {
    async start(intervalMs, signal) {
      ended = signal;
      for (const source of sources) source.listAgain(false);
      const done = new AbortController();
      const tooLate = context.clock.sleep(LONGEST_START_MS, done.signal);
      await Promise.all(sources.map((source) => refreshAtStart(source, tooLate)));
      // The labels of one engine may have added records of another.
      await Promise.all(sources.map((source) => refreshAtStart(source, tooLate)));
      done.abort();
      for (const source of sources) source.engine.watch(onChange(source), onLink(source.engine), signal);
      void relist(intervalMs, signal);
    },
    reload() {
      isConfigured = false;
      for (const source of sources) source.listAgain(false);
      return refreshAll();
    },
    enginesUp,
  };

  /** Waits for no engine, because one that does not answer must not delay the lists of the others. */
  async function relist(intervalMs: () => number, signal: AbortSignal): Promise<void> {
    const listing = new Set<Source>();
    while (!signal.aborted) {
      await context.clock.sleep(intervalMs() || RELIST_FALLBACK_MS, signal);
      for (const source of signal.aborted ? [] : sources) {
        if (listing.has(source)) continue;
        listing.add(source);
        source.listAgain(false);
        void source.refresh().then(() => listing.delete(source));
      }
    }
  }
}

function isUnseen({ observation }: WorkloadRecord): boolean {
  return observation === undefined;
}

const MAY_BE_AWAY: ReadonlySet<Engine["kind"]> = new Set(["docker", "kubernetes"]);
const LONGEST_START_MS = 3_000;
const RELIST_FALLBACK_MS = 15_000;
