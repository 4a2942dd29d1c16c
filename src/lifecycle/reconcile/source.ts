import { type InventoryItem, itemOf } from "../../core/observation.ts";
import { cacheLast } from "../../core/cache-last.ts";
import type { LifecycleContext } from "../context.ts";
import { type Finding, findingOf, isStale, type Outcome, query, refresh, settle } from "./refresh.ts";
import { createInventory, type Former, type Inventory, isSameContainer } from "./inventory.ts";
import { type Engine, EngineError } from "../ports.ts";
import type { WorkloadRecord } from "../workload/record.ts";

const OBSERVED_AT_ONCE = 16;
const SECOND_LIST_MS = 1_000;

/** One engine and its inventory, refreshed in rounds that wait for no other engine. */
export interface Source {
  readonly engine: Engine;
  readonly inventory: Inventory;
  /** Notes that something happened to the workload of this name. */
  readonly changed: (name: string) => void;
  /** Notes that anything may have happened. `isLost`: events may have been missed. */
  readonly listAgain: (isLost: boolean) => void;
  /** Notes new records, whose containers are already in the inventory. */
  readonly noteNew: (names: Iterable<string>) => void;
  /** Handles everything that was noted; notifications that arrive meanwhile cause only one more round. */
  readonly refresh: () => Promise<void>;
  /** Notes that the engine is unreachable. */
  readonly noteAway: () => void;
}

interface SourceDeps {
  readonly engine: Engine;
  readonly context: LifecycleContext;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  /** Updates records and routes after a change of these containers, and of the configuration. */
  readonly apply: (names: Iterable<string>) => void;
  readonly onLink: (isUp: boolean, reason?: string) => void;
  /** Aborts when the gateway stops. */
  readonly ended: () => AbortSignal | undefined;
}

/** The input of one round. */
interface Notes {
  readonly changed: Set<string>;
  readonly added: Set<string>;
  isListDue: boolean;
  isLost: boolean;
}

/**
 * Creates the source of one engine. An event is only a change notification and causes one observation of its container;
 * the whole list is read at the start, after events may have been missed, and at intervals.
 */
export function createSource({ engine, context, records, apply, onLink, ended }: SourceDeps): Source {
  const inventory = createInventory(context.clock, onDeparture);
  const stamp = stampOf(engine);
  const stampAll = cacheLast((listed: readonly InventoryItem[]) => listed.map(stamp));
  /** Other engines keep a list up to date themselves, and an observation of theirs lacks some of its content. */
  const isObservationComplete = engine.kind === "docker";
  let notes = nothing();
  let running: Promise<void> | undefined;
  let again = false;
  let wasAway = false;

  /** Ends in the same turn in which nothing is left to do, so that no notification is lost in between. */
  async function runRounds(): Promise<void> {
    try {
      while (again) {
        again = false;
        await Promise.resolve(); // a rename sends two notifications at once
        await round(take());
      }
    } catch (error) {
      notes.isListDue = notes.isLost = true; // the next round repeats what this one missed
      context.emit({ type: "fault", message: "cannot refresh the container list", detail: String(error) });
    } finally {
      running = undefined;
    }
  }

  function take(): Notes {
    const taken = notes;
    notes = nothing();
    return taken;
  }

  async function round({ changed, added, isLost, ...due }: Notes): Promise<void> {
    const isListDue = due.isListDue || (changed.size > 0 && !isObservationComplete);
    const findings = new Map<string, Finding | "applied">();
    const former = isListDue ? await list() : inventory.update(await observeEach(changed, findings));
    const remade = [...(former ?? [])].filter(([name, item]) => !isSameContainer(item, inventory.get(name)));
    apply(remade.map(([name]) => name));
    for (const name of notes.added) added.add(name);
    notes.added.clear();
    if (former === undefined) {
      for (const name of changed) notes.changed.add(name);
      notes.isListDue = true;
      notes.isLost ||= isLost;
      return;
    }
    const tenants = tenantsOf(changed);
    const stale = isListDue ? ours().filter((record) => isStale(record, inventory.get(record.name), isLost)) : [];
    const names = new Set([...changed, ...added, ...former.keys(), ...tenants, ...stale.map(({ name }) => name)]);
    await inBatches(names, async (name) => {
      const [record, finding] = [own(name), findings.get(name)];
      if (record === undefined || finding === "applied") return;
      if (finding !== undefined && finding.seen === undefined) return; // the engine is unreachable
      const isChanged = changed.has(name) || tenants.includes(name);
      await alone(name, async () => keep(name, await follow(record, finding, isChanged)));
    });
  }

  /** Reads the whole list; `undefined` if the engine is unreachable. */
  async function list(): Promise<Former | undefined> {
    try {
      const listed = stampAll(await engine.list());
      onLink(true);
      if (isDoubtful(listed)) return undefined;
      return inventory.replace(listed);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      wasAway = true;
      onLink(false, error.message);
      return undefined;
    }
  }

  /**
   * A Docker daemon that has just started may not have loaded its containers yet, so a first empty list is not
   * believed.
   */
  function isDoubtful(listed: readonly InventoryItem[]): boolean {
    const isDoubted = wasAway && listed.length === 0 && inventory.items().length > 0;
    wasAway = false;
    if (isDoubted)
      void context.clock.sleep(SECOND_LIST_MS, ended()).then(() => (ended()?.aborted ? undefined : source.refresh()));
    return isDoubted;
  }

  /**
   * Observes each once; the next round repeats those that fail. A finding that changes no settings is applied at once,
   * because the query of another container may take long.
   */
  async function observeEach(names: ReadonlySet<string>, findings: Map<string, Finding | "applied">): Promise<Former> {
    const items = new Map<string, InventoryItem | undefined>();
    await inBatches(names, (name) =>
      alone(name, async () => {
        const finding = await query(engine, name, own(name));
        findings.set(name, finding);
        if (finding.seen === undefined) return void notes.changed.add(name);
        const item = stamp(itemOf(finding.seen));
        items.set(name, item);
        const record = own(name);
        if (record === undefined || !isSameContainer(inventory.get(name), item)) return;
        const ownFinding = findingOf(record, finding);
        if (ownFinding === undefined) return;
        findings.set(name, "applied");
        keep(name, settle(context, record, ownFinding));
      }),
    );
    return items;
  }

  async function follow(record: WorkloadRecord, finding: Finding | undefined, isChanged: boolean): Promise<Outcome> {
    const ownFinding = finding && findingOf(record, finding);
    if (ownFinding !== undefined) return settle(context, record, ownFinding);
    return refresh(context, record, inventory.get(record.name), isChanged);
  }

  function keep(name: string, outcome: Outcome): void {
    if (outcome !== "done") notes.changed.add(name);
    if (outcome === "again") again = true;
  }

  /** Reports a fault of one workload, which must not affect the others. */
  async function alone(name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (fault) {
      notes.changed.add(name);
      context.emit({ type: "fault", message: `cannot refresh the state of "${name}"`, detail: String(fault) });
    }
  }

  function own(name: string): WorkloadRecord | undefined {
    const record = records.get(name);
    return record?.engine === engine ? record : undefined;
  }

  function ours(): WorkloadRecord[] {
    return [...records.values()].filter((record) => record.engine === engine);
  }

  /** Returns the containers that use the network of one of these, because its changes affect them. */
  function tenantsOf(names: ReadonlySet<string>): readonly string[] {
    if (names.size === 0) return [];
    return inventory.tenants().flatMap(({ name }) => (names.has(own(name)?.networkOwner ?? "") ? [name] : []));
  }

  /** Handles a container that is missing in a list, if no event has reported that. */
  function onDeparture(name: string): void {
    if (context.truces.of(name) === undefined) context.truces.note(name, { kind: "removed" });
  }

  const source: Source = {
    engine,
    inventory,
    changed: (name) => void notes.changed.add(name),
    listAgain(isLost) {
      notes.isListDue = true;
      notes.isLost ||= isLost;
    },
    noteNew: (names) => {
      for (const name of names) notes.added.add(name);
    },
    refresh() {
      again = true;
      running ??= runRounds();
      return running;
    },
    noteAway: () => void (wasAway = true),
  };
  return source;
}

/** Creates the function that adds the engine's id to an entry, except for Docker and local processes. */
function stampOf({ id, kind }: Engine): <Item extends InventoryItem | undefined>(item: Item) => Item {
  if (id === "docker" || id === "process") return (item) => item;
  return (item) => item && { ...item, engine: id, engineKind: kind };
}

function nothing(): Notes {
  return { changed: new Set(), added: new Set(), isListDue: false, isLost: false };
}

async function inBatches(names: Iterable<string>, act: (name: string) => Promise<void>): Promise<void> {
  const left = [...names];
  while (left.length > 0) await Promise.all(left.splice(0, OBSERVED_AT_ONCE).map(act));
}
