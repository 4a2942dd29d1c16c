import { CAPABILITIES } from "../../src/core/engine-kind.ts";
import { type Engine, EngineError, type OnChange, type StopResult } from "../../src/lifecycle/ports.ts";
import type { ModelClock } from "./model-clock.ts";
import { itemOf, observationOf, type Truth } from "./model-truth.ts";
import { usageOf } from "./model-usage.ts";

/** What an engine needs of the world behind it. */
export interface EngineDeps {
  readonly clock: ModelClock;
  readonly latencyMs: number;
  readonly truths: ReadonlyMap<string, Truth>;
  of(name: string): Truth;
  isUnreported(truth: Truth): boolean;
  isUp(): boolean;
  run(truth: Truth, by: Truth["startedBy"]): void;
  end(truth: Truth, code: number): void;
  freeze(truth: Truth): void;
  watch(onChange: OnChange, link: (up: boolean) => void): void;
  readonly onCall: () => void;
  /** Called at each order, right before it is carried out. */
  readonly onStart: (truth: Truth) => void;
  readonly onStop: (truth: Truth) => void;
  readonly onThrottle: (truth: Truth) => void;
}

/** The engine as one life of the gateway sees it: what that asked for before its end is told to nobody. */
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

  async function present(name: string): Promise<Truth> {
    await call();
    const truth = of(name);
    if (truth.status === "absent") throw new EngineError("absent", "gone");
    return truth;
  }

  async function start(name: string): Promise<void> {
    const truth = of(name);
    deps.onStart(truth);
    truth.startsUnderWay += 1;
    const wasUnreported = deps.isUnreported(truth);
    try {
      await call();
      // Somebody was faster, or undid what was there: we cannot know whose run it is.
      if (wasUnreported || deps.isUnreported(truth)) truth.startedBy = "unclear";
      if (truth.status === "absent") throw new EngineError("absent", "gone");
      if (truth.behaviour.refusesStart) throw new EngineError("refused", "no");
      if (truth.status === "running") return;
      await clock.pause(truth.behaviour.startMs);
      deps.run(truth, truth.startedBy === "unclear" || !isAlive ? "unclear" : "us");
      if (deps.isUp()) return;
      truth.startedBy = "unclear"; // nobody told us that it was done
      throw new EngineError("unreachable", "lost in the middle");
    } finally {
      if (isAlive) truth.startsUnderWay -= 1;
    }
  }

  async function stop(name: string, method: string): Promise<StopResult> {
    const truth = of(name);
    deps.onStop(truth);
    await present(name);
    if (truth.behaviour.refusesStop) throw new EngineError("refused", "no");
    if (truth.status === "stopped") return { instances: 1 };
    const { id, startedAtMs } = truth;
    truth.dying = true;
    await clock.pause(truth.behaviour.stopMs);
    truth.dying = false;
    if (truth.id !== id || truth.startedAtMs !== startedAtMs) return { instances: 1 };
    if (method === "pause") deps.freeze(truth);
    else deps.end(truth, method === "kill" ? 137 : 0);
    if (!deps.isUp()) throw new EngineError("unreachable", "lost in the middle");
    return { instances: 1 };
  }

  const engine: Engine = {
    id: "docker",
    kind: "docker",
    capabilities: CAPABILITIES.docker,
    async list() {
      await call();
      const items = [...deps.truths.values()].filter(({ status }) => status !== "absent").map(itemOf);
      await clock.pause(latencyMs);
      return items;
    },
    async observe({ name }) {
      await call();
      const truth = of(name);
      const { version } = truth;
      const seen = observationOf(truth);
      observations += 1;
      await clock.pause(latencyMs * (1 + (observations % 3))); // so that one overtakes another
      if (isAlive && version > truth.knownVersion) {
        Object.assign(truth, { knownVersion: version, knownAtMs: clock.now() });
      }
      return seen;
    },
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
      const truth = of(name);
      deps.onThrottle(truth);
      await present(name);
      truth.cpus = cpus;
    },
    async restore({ name }, { id, values }) {
      const truth = await present(name);
      if (`id-${truth.id}` === id) truth.cpus = values["cpus"] ?? truth.cpus;
    },
    close: () => Promise.resolve(),
  };

  return {
    engine,
    end() {
      isAlive = false;
      for (const truth of deps.truths.values()) {
        if (truth.startsUnderWay > 0) truth.startedBy = "unclear";
        truth.startsUnderWay = 0;
      }
    },
  };
}
