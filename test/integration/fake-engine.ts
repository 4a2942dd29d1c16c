import { CAPABILITIES, type EngineCapabilities } from "../../src/core/engine-kind.ts";
import type { ExitFacts, InventoryItem } from "../../src/core/observation.ts";
import {
  type Clock,
  type Engine,
  EngineError,
  type News,
  type OnChange,
  type Probe,
  type StopOrder,
} from "../../src/lifecycle/ports.ts";
import { createFakeProbe, type FakeWorkload, imagine, observationOf } from "./fake-workload.ts";

/** An engine whose workloads are imaginary, so that a test settles what happens when. Each change is reported. */
export interface FakeEngine extends Engine {
  /** Every call that was made, as "start app" or "stop app idle"; reset it by `calls.length = 0`. */
  readonly calls: string[];
  /** Answers as the imaginary apps do. */
  readonly probe: Probe;
  add(name: string, behaviour?: Partial<FakeWorkload>): FakeWorkload;
  get(name: string): FakeWorkload;
  remove(name: string): void;
  /** Somebody else starts, stops or pauses it. */
  startOutside(name: string): void;
  stopOutside(name: string): void;
  pauseOutside(name: string): void;
  /** It ends by itself. */
  crash(name: string, exit?: Partial<ExitFacts>): void;
  /** False: every call rejects as `unreachable`, and the link is reported down. */
  reachable(up: boolean): void;
  /** Notifies watchers that something may have changed. */
  notifyChange(name?: string, news?: News): void;
}

export function createFakeEngine(deps: {
  clock: Clock;
  kind?: Engine["kind"];
  /** Default: its kind. */
  id?: string;
  capabilities?: Partial<EngineCapabilities>;
}): FakeEngine {
  const { clock, kind = "docker", id: engineId = kind } = deps;
  const workloads = new Map<string, FakeWorkload>();
  const watchers = new Set<{ onChange: OnChange; onLink: (up: boolean) => void }>();
  const calls: string[] = [];
  let up = true;
  let ids = 0;

  const engine: FakeEngine = {
    id: engineId,
    kind,
    capabilities: { ...CAPABILITIES.docker, ...deps.capabilities },
    calls,
    probe: createFakeProbe(workloads, clock),
    async list() {
      await called("list");
      return [...workloads].map(([name, { id, status, image, labels }]): InventoryItem => ({
        name,
        id,
        status,
        image,
        labels,
      }));
    },
    async observe({ name, namedPorts }) {
      await called(`observe ${name}`);
      return observationOf(name, workloads.get(name), namedPorts);
    },
    async start({ name }, instances = 1) {
      await called(instances > 1 ? `start ${name} ×${instances}` : `start ${name}`);
      const workload = present(name);
      if (workload.refusesStart !== undefined) throw new EngineError("refused", workload.refusesStart);
      if (workload.status === "running") return;
      await clock.sleep(workload.startMs);
      reach();
      if (workload.status === "stopped") workload.replicas = instances;
      run(name, workload);
    },
    async restart({ name }) {
      await called(`restart ${name}`);
      const workload = present(name);
      end(workload, { code: 0, oomKilled: false, message: "" });
      run(name, workload);
    },
    async stop({ name }, order: StopOrder) {
      await called(`stop ${name} ${order.method}`);
      const workload = present(name);
      if (workload.refusesStop !== undefined) throw new EngineError("refused", workload.refusesStop);
      if (workload.status === "stopped") return { instances: 0 };
      await clock.sleep(workload.stopMs);
      reach();
      if (order.method === "pause") workload.status = "paused";
      else end(workload, { code: order.method === "kill" ? 137 : 0, oomKilled: false, message: "" });
      engine.notifyChange(name);
      return { instances: workload.replicas };
    },
    watch(onChange, onLink, signal) {
      const watcher = { onChange, onLink };
      watchers.add(watcher);
      signal.addEventListener("abort", () => watchers.delete(watcher), { once: true });
    },
    async logs({ name }, lines) {
      await called(`logs ${name}`);
      return (workloads.get(name)?.logs ?? []).slice(-lines);
    },
    async usage({ name }) {
      await called(`usage ${name}`);
      return workloads.get(name)?.usage;
    },
    async execs({ name }) {
      await called(`execs ${name}`);
      return workloads.get(name)?.execs ?? 0;
    },
    async limits({ name }) {
      await called(`limits ${name}`);
      return { id: present(name).id, values: { cpus: present(name).cpus } };
    },
    async throttle({ name }, { cpus }) {
      await called(`throttle ${name} ${cpus}`);
      present(name).cpus = cpus;
    },
    async restore({ name }, { id, values }) {
      await called(`restore ${name}`);
      if (present(name).id === id) present(name).cpus = values["cpus"] ?? 0;
    },
    close: () => called("close").catch(() => undefined),
    add(name, behaviour = {}) {
      const workload = { ...imagine(name, ++ids), ...behaviour };
      if (workload.status === "running") workload.startedAtMs ??= clock.wall();
      workloads.set(name, workload);
      engine.notifyChange(name, { kind: "made" });
      return workload;
    },
    get: present,
    remove(name) {
      workloads.delete(name);
      engine.notifyChange(name, { kind: "removed" });
    },
    startOutside: (name) => run(name, present(name)),
    stopOutside: (name) => endOutside(name, { code: 0 }, true),
    pauseOutside(name) {
      present(name).status = "paused";
      engine.notifyChange(name);
    },
    crash: (name, exit = {}) => endOutside(name, exit, false),
    reachable(now) {
      up = now;
      for (const { onLink } of watchers) onLink(now);
      if (now) engine.notifyChange();
    },
    notifyChange(name, news) {
      for (const { onChange } of watchers) onChange(name, news);
    },
  };

  async function called(call: string): Promise<void> {
    calls.push(call);
    reach();
    await Promise.resolve();
  }

  function reach(): void {
    if (!up) throw new EngineError("unreachable", "the engine cannot be reached");
  }

  function present(name: string): FakeWorkload {
    const workload = workloads.get(name);
    if (workload === undefined) throw new EngineError("absent", `there is no workload "${name}"`);
    return workload;
  }

  function run(name: string, workload: FakeWorkload): void {
    const continued = workload.status === "paused";
    workload.status = "running";
    if (!continued) {
      workload.startedAtMs = clock.wall();
      workload.exit = undefined;
      const { startedAtMs, endsAfterMs } = workload;
      if (endsAfterMs !== undefined) {
        void clock.sleep(endsAfterMs).then(() => {
          if (workload.startedAtMs === startedAtMs) engine.crash(name, workload.endsWith);
        });
      }
    }
    engine.notifyChange(name, continued ? undefined : { kind: "started" });
  }

  function endOutside(name: string, exit: Partial<ExitFacts>, ordered: boolean): void {
    end(present(name), { code: 1, oomKilled: false, message: "", ...exit });
    engine.notifyChange(name, { kind: "ended", ordered });
  }

  function end(workload: FakeWorkload, exit: Omit<ExitFacts, "atMs">): void {
    workload.status = "stopped";
    workload.startedAtMs = undefined;
    workload.exit = { ...exit, atMs: clock.wall() };
  }

  return engine;
}
