import { createWholeChange } from "../support/whole-change.ts";
import assert from "node:assert/strict";
import { CAPABILITIES } from "../../src/core/engine-kind.ts";
import type { DomainEvent } from "../../src/core/events.ts";
import type { Settings } from "../../src/core/settings.ts";
import { createLifecycle, type Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import type { Clock, Engine } from "../../src/lifecycle/ports.ts";
import type { ModelClock } from "./model-clock.ts";
import { createModelSchedule } from "./model-settings.ts";
import type { ModelStore } from "./model-store.ts";
import type { Model } from "./model-state.ts";

/** One life of the gateway, from its start to its end. */
export interface Life {
  readonly lifecycle: Lifecycle;
  begin(): Promise<void>;
  /** As by SIGTERM. */
  end(): Promise<void>;
  /** As by SIGKILL: nothing receives the results of its requests. */
  kill(): void;
}

export function createLife(deps: {
  clock: ModelClock;
  model: Model;
  store: ModelStore;
  settings: () => Settings;
  emit: (event: DomainEvent) => void;
}): Life {
  const { model } = deps;
  let isAlive = true;
  const alive = (): boolean => isAlive;
  const clock: Clock = {
    now: deps.clock.now,
    wall: deps.clock.wall,
    sleep: (ms, signal) => (isAlive ? whileAlive(deps.clock.sleep(ms, signal), alive) : NEVER),
  };
  const docker = model.begin();
  const wholeChange = createWholeChange();
  const lifecycle = createLifecycle({
    clock,
    probe: mortal(model.probe, alive),
    store: mortal(deps.store, alive),
    engines: { docker: mortal(docker.engine, alive), process: NOTHING },
    emit: (event) => isAlive && deps.emit(event),
    settingsFor: () => wholeChange(deps.settings()),
    createSchedule: createModelSchedule,
    matchesIgnore: (rules, { userAgent }) => rules.userAgents.includes(userAgent),
  });

  function kill(): void {
    isAlive = false;
    docker.end();
    deps.clock.forget();
  }

  /** Lets time pass until `done`. */
  async function through(done: Promise<void>): Promise<void> {
    let isEnded = false;
    const over = done.then(() => (isEnded = true));
    await deps.clock.settle();
    while (!isEnded) await deps.clock.advance(1);
    await over;
  }

  return {
    lifecycle,
    begin: () => through(lifecycle.start()),
    async end() {
      await through(lifecycle.stop());
      assert.equal(deps.clock.sleeping(), 0, "the end leaves no sleep behind");
      kill();
    },
    kill,
  };
}

function mortal<Port extends object>(port: Port, alive: () => boolean): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (!alive()) return NEVER;
        const answer: unknown = Reflect.apply(value, target, args);
        return answer instanceof Promise ? whileAlive(answer, alive) : answer;
      };
    },
  });
}

function whileAlive<T>(answer: Promise<T>, alive: () => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    answer.then(
      (value) => void (alive() && resolve(value)),
      (error: unknown) => void (alive() && reject(error as Error)),
    );
  });
}

const NEVER = new Promise<never>(() => undefined);

const NOTHING: Engine = {
  id: "process",
  kind: "process",
  capabilities: CAPABILITIES.process,
  list: () => Promise.resolve([]),
  observe: () => Promise.reject(new Error("never")),
  start: () => Promise.reject(new Error("never")),
  stop: () => Promise.reject(new Error("never")),
  watch: () => undefined,
  logs: () => Promise.resolve([]),
  usage: () => Promise.resolve(undefined),
  restart: () => Promise.reject(new Error("never")),
  execs: () => Promise.resolve(0),
  limits: () => Promise.reject(new Error("never")),
  throttle: () => Promise.reject(new Error("never")),
  restore: () => Promise.reject(new Error("never")),
  close: () => Promise.resolve(),
};
