import type { DomainEvent, Emit } from "../../src/core/events.ts";
import type { EngineKind } from "../../src/core/engine-kind.ts";
import { createWholeChange } from "../support/whole-change.ts";
import type { ScheduleSettings, Settings } from "../../src/core/settings.ts";
import { createLifecycle, type Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import type { DirectFronts } from "../../src/lifecycle/direct-fronts.ts";
import type { Memory, Store } from "../../src/lifecycle/ports.ts";
import type { Schedule } from "../../src/lifecycle/workload/schedule.ts";
import { createFakeEngine, type FakeEngine } from "./fake-engine.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

/** A real life cycle over a fake engine and a clock that a test controls. */
export interface ManualLifecycle {
  readonly clock: ManualClock;
  readonly engine: FakeEngine;
  /** The second engine, for workloads with `process`. */
  readonly processes: FakeEngine;
  readonly lifecycle: Lifecycle;
  /** Everything that was reported so far. */
  readonly events: readonly DomainEvent[];
  /** The memories as they were saved last. */
  readonly saved: ReadonlyMap<string, Memory>;
  /** Replaces the configuration, as a reload does. */
  configure(settings: Settings): Promise<void>;
}

/** Starts it with every configured workload present and asleep, unless `workloads` overrides it. */
export async function startManualLifecycle(
  settings: Settings,
  options: {
    workloads?: Readonly<Record<string, Partial<FakeWorkload>>>;
    memories?: ReadonlyMap<string, Memory>;
    emit?: Emit;
    clock?: ManualClock;
    createSchedule?: (settings: ScheduleSettings) => Schedule;
    /** The engine is unreachable at first. */
    isLost?: boolean;
    fronts?: DirectFronts;
  } = {},
): Promise<ManualLifecycle> {
  const clock = options.clock ?? createManualClock();
  const engine = createFakeEngine({ clock });
  const processes = createFakeEngine({ clock, kind: "process" });
  // `swarm`, `kubernetes`, and other Docker hosts by their names.
  const ids = new Set(settings.workloads.flatMap(({ engine: id }) => id ?? []));
  const others = Object.fromEntries([...ids].map((id) => [id, createFakeEngine({ clock, id, kind: kindOf(id) })]));
  for (const { name, process, engine: id = "docker" } of settings.workloads) {
    (process === undefined ? (others[id] ?? engine) : processes).add(name, options.workloads?.[name]);
  }
  if (options.isLost) engine.reachable(false);
  const events: DomainEvent[] = [];
  const saved = new Map<string, Memory>();
  const store: Store = {
    load: () => Promise.resolve({ memories: options.memories ?? new Map(), fronts: [] }),
    save({ memories }) {
      for (const [name, memory] of memories) saved.set(name, memory);
      return Promise.resolve();
    },
  };
  const wholeChange = createWholeChange();
  let current = settings;
  const lifecycle = createLifecycle({
    clock,
    probe: engine.probe,
    store,
    engines: { docker: engine, process: processes, ...others },
    emit(event) {
      events.push(event);
      options.emit?.(event);
    },
    ...(options.fronts && { fronts: options.fronts }),
    settingsFor: () => wholeChange(current),
    createSchedule: options.createSchedule ?? neverScheduled,
    matchesIgnore: (rules, { userAgent }) => rules.userAgents.some((part) => userAgent.toLowerCase().includes(part)),
  });
  await lifecycle.start();
  await clock.settle();
  return {
    clock,
    engine,
    processes,
    lifecycle,
    events,
    saved,
    async configure(next) {
      current = next;
      await lifecycle.reload();
      await clock.settle();
    },
  };
}

function kindOf(id: string): EngineKind {
  return id === "swarm" || id === "kubernetes" ? id : "docker";
}

function neverScheduled(): never {
  throw new Error("this test has a schedule: pass createSchedule");
}
