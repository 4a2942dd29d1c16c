import type { FoundItems } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import { forgiveEngine, hear } from "./hear.ts";
import { notify } from "../workload/notify.ts";
import type { Engine, Engines, News, OnChange, OnLink } from "../ports.ts";
import { createSource, type Source } from "./source.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { createTenants } from "../stop/tenants.ts";

export interface Reconciler {
  /** Lists once, then follows change notifications and lists again every `intervalMs()` until `signal` aborts. */
  start(intervalMs: () => number, signal: AbortSignal): Promise<void>;
  /** As after a notification that anything, the configuration included, may have changed. */
  reload(): Promise<void>;
  enginesUp(): boolean;
}

interface ReconcilerDeps {
  readonly context: LifecycleContext;
  readonly engines: Engines;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  /** Makes records and routes follow what there is now, where it changed, or anywhere. Returns whom that concerned. */
  readonly apply: (found: FoundItems, changed?: ReadonlySet<string>) => ReadonlySet<string>;
}

/** Makes the records follow the engines, each independently. */
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
      meetNew(concerned);
    }
    tenants.note(sources.map(({ inventory }) => inventory));
    forgetLater();
  }

  /** Other engines may have no round in progress that would find them. */
  function meetNew(names: ReadonlySet<string>): void {
    const fresh = [...names].flatMap((name) => records.get(name) ?? []).filter(isUnseen);
    for (const [engine, own] of Map.groupBy(fresh, (record) => record.engine)) {
      const source = sources.find((one) => one.engine === engine);
      source?.meet(own.map(({ name }) => name));
      void source?.refresh();
    }
  }

  /** A removed container is forgotten in time even if nothing else happens. */
  function forgetLater(): void {
    const nextMs = Math.min(...sources.map(({ inventory }) => inventory.nextMs() ?? Number.POSITIVE_INFINITY));
    if (nextMs === forgetsAtMs || nextMs === Number.POSITIVE_INFINITY) return;
    forgetsAtMs = nextMs;
    void context.clock.sleep(nextMs - context.clock.now(), ended).then(() => {
      if (!ended?.aborted) void refreshAll();
    });
  }

  /** A further host that does not answer must not keep the gateway from its start for long. */
  async function refreshAtStart({ engine, refresh }: Source): Promise<void> {
    if (engine.kind !== "docker" || engine.id === "docker") return refresh();
    const done = new AbortController();
    await Promise.race([refresh(), context.clock.sleep(LONGEST_START_MS, done.signal)]);
    done.abort();
  }

  async function refreshAll(): Promise<void> {
    await Promise.all(sources.map((source) => source.refresh()));
  }

  function listAll(): Promise<void> {
    for (const source of sources) source.listAgain(false);
    return refreshAll();
  }

  /** Docker is, unless everything that is configured runs without it. */
  function isUsed(id: string): boolean {
    const used = records.values().some(({ engine }) => engine.id === id);
    return used || (engines[id]?.kind === "docker" && records.size === 0);
  }

  /**
   * One Docker host of several that is away keeps nobody from what the others do. Without its API server a cluster goes on,
   * and so do its apps that are awake: a gateway that is not ready there would get no request for them.
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
        context.emit({ type: "fault", message: `${engine.id} is used with less than it offers`, detail: lacks });
    };
  }

  function onChange(source: Source): OnChange {
    return (name, news) => {
      // After the end of a stream there is nothing to read until it is open again, which is a notification of its own.
      if (name !== undefined) source.changed(name);
      else if (news?.kind !== "cut") source.listAgain(true);
      try {
        if (name !== undefined) takeNews(source.engine, name, news);
        else if (news?.kind === "cut") forgiveEngine(context, recordsOf(source.engine));
      } catch (fault) {
        context.emit({ type: "fault", message: `an event of "${name}" could not be followed`, detail: String(fault) });
      }
      void source.refresh();
    };
  }

  function recordsOf(engine: Engine): WorkloadRecord[] {
    return [...records.values()].filter((record) => record.engine === engine);
  }

  /** A container and a service of Swarm may have the same name: what happens to one says nothing of the other. */
  function isOthers(name: string, engine: Engine): boolean {
    const record = records.get(name);
    return record !== undefined && record.engine !== engine;
  }

  function takeNews(engine: Engine, name: string, news: News | undefined): void {
    if (isOthers(name, engine) || (news?.kind === "renamed" && isOthers(news.from, engine))) return;
    const record = records.get(name);
    if (news !== undefined) context.truces.note(name, news);
    if (record !== undefined && news !== undefined) hear(context, record, news);
    if (record !== undefined) notify(record.signals);
  }

  return {
    async start(intervalMs, signal) {
      ended = signal;
      for (const source of sources) source.listAgain(false);
      await Promise.all(sources.map(refreshAtStart));
      await Promise.all(sources.map(refreshAtStart)); // one engine's list may have given others something to do
      for (const source of sources) source.engine.watch(onChange(source), onLink(source.engine), signal);
      void relist(intervalMs, signal);
    },
    reload() {
      isConfigured = false;
      return listAll();
    },
    enginesUp,
  };

  async function relist(intervalMs: () => number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await context.clock.sleep(intervalMs() || RELIST_FALLBACK_MS, signal);
      if (!signal.aborted) await listAll();
    }
  }
}

function isUnseen({ observation }: WorkloadRecord): boolean {
  return observation === undefined;
}

const MAY_BE_AWAY: ReadonlySet<Engine["kind"]> = new Set(["docker", "kubernetes"]);
const LONGEST_START_MS = 3_000;
const RELIST_FALLBACK_MS = 15_000;
