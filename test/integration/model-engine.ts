import { CAPABILITIES } from "../../src/core/engine-kind.ts";
import { type Engine, EngineError, type OnChange, type StopResult } from "../../src/lifecycle/ports.ts";
import type { Observation } from "../../src/core/observation.ts";
import type { ModelClock } from "./model-clock.ts";
import { itemOf, observationOf, type EngineState } from "./model-engine-state.ts";
import { usageOf } from "./model-usage.ts";

/** What an engine needs of the model behind it. */
export interface EngineDeps {
  readonly clock: ModelClock;
  readonly latencyMs: number;
  readonly actuals: ReadonlyMap<string, EngineState>;
  of(name: string): EngineState;
  isUnreported(actual: EngineState): boolean;
  isUp(): boolean;
  run(actual: EngineState, by: EngineState["startedBy"]): void;
  end(actual: EngineState, code: number): void;
  freeze(actual: EngineState): void;
  watch(onChange: OnChange, link: (up: boolean) => void): void;
  readonly onCall: () => void;
  /** Called at each order, right before it is carried out. */
  readonly onStart: (actual: EngineState) => void;
  readonly onStop: (actual: EngineState) => void;
  readonly onThrottle: (actual: EngineState) => void;
}

/** So many times as long takes every fifth observation. */
const SLOW = 16;

/** The engine as one run of the gateway sees it: the results of its requests are dropped when that run ends. */
export function createModelEngine(deps: EngineDeps): { engine: Engine; end(): void } {
  const { clock, latencyMs, of } = deps;
  let isAlive = true;
  let observations = 0;

  async function call(): Promise<void> {
    deps.onCall();
    if (!deps.isUp()) throw new EngineError("unreachable", "lost");
    await clock.pause(latencyMs);
    if (!deps.isUp()) throw new EngineError("unreachable", "lost");
  }

  async function present(name: string): Promise<EngineState> {
    await call();
    const actual = of(name);
    if (actual.status === "absent") throw new EngineError("absent", "gone");
    return actual;
  }

  async function start(name: string): Promise<void> {
    const actual = of(name);
    deps.onStart(actual);
    actual.startsInProgress += 1;
    const wasUnreported = deps.isUnreported(actual);
    try {
      await call();
      // Somebody was faster, or undid what was there: we cannot know whose run it is.
      if (wasUnreported || deps.isUnreported(actual)) actual.startedBy = "unclear";
      if (actual.status === "absent") throw new EngineError("absent", "gone");
      if (actual.behaviour.refusesStart) throw new EngineError("refused", "no");
      if (actual.status === "running") return;
      await clock.pause(actual.behaviour.startMs);
      deps.run(actual, actual.startedBy === "unclear" || !isAlive ? "unclear" : "us");
      if (deps.isUp()) return;
      actual.startedBy = "unclear"; // the change was not reported
      throw new EngineError("unreachable", "lost in the middle");
    } finally {
      if (isAlive) actual.startsInProgress -= 1;
    }
  }

  async function stop(name: string, method: string): Promise<StopResult> {
    const actual = of(name);
    deps.onStop(actual);
    await present(name);
    if (actual.behaviour.refusesStop) throw new EngineError("refused", "no");
    if (actual.status === "stopped") return { instances: 1 };
    const { id, startedAtMs } = actual;
    actual.dying = true;
    await clock.pause(actual.behaviour.stopMs);
    actual.dying = false;
    if (actual.id !== id || actual.startedAtMs !== startedAtMs) return { instances: 1 };
    if (method === "pause") deps.freeze(actual);
    else deps.end(actual, method === "kill" ? 137 : 0);
    if (!deps.isUp()) throw new EngineError("unreachable", "lost in the middle");
    return { instances: 1 };
  }

  async function observe(name: string): Promise<Observation> {
    const actual = of(name);
    actual.observationsInProgress += 1;
    try {
      await call();
      const { version } = actual;
      const seen = observationOf(actual);
      observations += 1;
      await clock.pause(latencyMs * (observations % 5 === 0 ? SLOW : 1)); // so that others overtake it
      if (isAlive && version > actual.knownVersion) {
        Object.assign(actual, { knownVersion: version, knownAtMs: clock.now() });
      }
      return seen;
    } finally {
      if (isAlive) actual.observationsInProgress -= 1;
    }
  }

  const engine: Engine = {
    id: "docker",
    kind: "docker",
    capabilities: CAPABILITIES.docker,
    async list() {
      await call();
      const items = [...deps.actuals.values()].filter(({ status }) => status !== "absent").map(itemOf);
      await clock.pause(latencyMs);
      return items;
    },
    observe: ({ name }) => observe(name),
    start: ({ name }) => start(name),
    stop: ({ name }, { method }) => stop(name, method),
    watch: deps.watch,
    logs: async () => [],
    usage: async ({ name }) => usageOf(await present(name), clock.now()),
    restart: () => Promise.reject(new EngineError("refused", "no")),
    async execs({ name }) {
      const { status, activity } = await present(name);
      return status === "running" && activity.kind === "exec" ? 1 : 0;
    },
    async limits({ name }) {
      const { id, cpus } = await present(name);
      return { id: `id-${id}`, values: { cpus } };
    },
    async throttle({ name }, { cpus }) {
      const actual = of(name);
      deps.onThrottle(actual);
      await present(name);
      actual.cpus = cpus;
    },
    async restore({ name }, { id, values }) {
      const actual = await present(name);
      if (`id-${actual.id}` === id) actual.cpus = values["cpus"] ?? actual.cpus;
    },
    close: () => Promise.resolve(),
  };

  return {
    engine,
    end() {
      isAlive = false;
      for (const actual of deps.actuals.values()) {
        if (actual.startsInProgress > 0) actual.startedBy = "unclear";
        Object.assign(actual, { startsInProgress: 0, observationsInProgress: 0 });
      }
    },
  };
}
