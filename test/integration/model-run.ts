import assert from "node:assert/strict";
import type { DomainEvent } from "../../src/core/events.ts";
import { createLifecycle, type Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import type { Engine } from "../../src/lifecycle/ports.ts";
import { createModelClock, type ModelClock } from "./model-clock.ts";
import type { Command, Plan } from "./model-commands.ts";
import { createGuests, type Guests } from "./model-guests.ts";
import { createOracle, type Oracle } from "./model-oracle.ts";
import { createModelSchedule, NAMES, VARIANTS } from "./model-settings.ts";
import { HEALTHY } from "./model-truth.ts";
import { createWorld, type World } from "./model-world.ts";

/** Everything that takes part in one run. */
export interface Cast {
  readonly clock: ModelClock;
  readonly world: World;
  readonly lifecycle: Lifecycle;
  readonly note: (line: string) => void;
  /** The engine answers at once. */
  readonly isPrompt: boolean;
  variant: number;
  pinnedUntilMs: number;
}

/** Carries a plan out and checks every rule after each step; throws with the whole story when one is broken. */
export async function runPlan(plan: Plan): Promise<void> {
  const story: string[] = [];
  const clock = createModelClock(1_000_000_000_020);
  const startMs = clock.now();
  const note = (line: string): void => void story.push(`${String(clock.now() - startMs).padStart(7)}  ${line}`);
  try {
    const { cast, oracle, guests } = await open(plan, clock, note);
    for (const command of plan.commands) {
      note(`> ${JSON.stringify(command)}`);
      await act(cast, guests, command);
      await clock.settle();
      oracle.check(guests);
    }
    note("> wait");
    await clock.advance(A_WHILE_MS);
    oracle.check(guests);
    oracle.checkPromises();
    await quieten(cast, guests);
    oracle.checkRest(guests);
    await cast.lifecycle.stop();
    await clock.settle();
    assert.equal(clock.sleeping(), 0, "the end leaves no sleep behind");
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${words}\n\nThe story (latency ${plan.latencyMs}, hints ${plan.hintMs}):\n${story.join("\n")}`);
  }
}

async function open(
  { latencyMs, hintMs }: Plan,
  clock: ModelClock,
  note: (line: string) => void,
): Promise<{ cast: Cast; oracle: Oracle; guests: Guests }> {
  const judge: { oracle?: Oracle } = {};
  const world = createWorld({
    clock,
    names: NAMES,
    latencyMs,
    hintMs,
    note,
    isWaking: (name) => lifecycle.records.get(name)?.state.status === "starting",
    onStart: (truth) => judge.oracle?.onStart(truth),
    onStop: (truth) => judge.oracle?.onStop(truth),
  });
  const lifecycle = createLifecycle({
    clock,
    probe: world.probe,
    store: { load: () => Promise.resolve(new Map()), save: () => Promise.resolve() },
    engines: { docker: world.engine, process: NOTHING },
    emit: (event) => tell(event, note, judge.oracle),
    settingsFor: () => VARIANTS[cast.variant]!,
    createSchedule: createModelSchedule,
    matchesIgnore: (rules, { userAgent }) => rules.userAgents.includes(userAgent),
  });
  const cast: Cast = { clock, world, lifecycle, note, isPrompt: latencyMs === 0, variant: 0, pinnedUntilMs: 0 };
  const oracle = createOracle(cast);
  judge.oracle = oracle;
  const guests = createGuests(cast, oracle);
  await Promise.all([lifecycle.start(), clock.advance(10 * latencyMs + 1)]);
  await clock.settle();
  return { cast, oracle, guests };
}

function tell(event: DomainEvent, note: (line: string) => void, oracle: Oracle | undefined): void {
  if (event.type === "fault") throw new Error(`fault: ${event.message}: ${event.detail}`);
  if (event.type !== "state") return;
  if (event.from.status !== event.to.status)
    note(`    ${event.workload}: ${event.from.status} → ${event.to.status} (${event.why})`);
  oracle?.onState(event.workload, event.from, event.to);
}

async function act(cast: Cast, guests: Guests, command: Command): Promise<void> {
  const { clock, world, lifecycle } = cast;
  switch (command.do) {
    case "visit":
      for (let count = 0; count < command.many; count += 1) guests.visit(command.host, command.who);
      return;
    case "close":
      return guests.close(command.which);
    case "leave":
      return guests.leave(command.which);
    case "meddle":
      guests.order();
      return world.meddle(command.name, command.what);
    case "behave":
      world.of(command.name).behaviour = command.how;
      return;
    case "engine":
      return world.reachable(command.up);
    case "advance":
      return clock.advance(command.ms);
    case "jump":
      return clock.jumpWall(command.ms);
    case "busy":
      world.busy = command.busy;
      return;
    case "pin": {
      const app = lifecycle.records.get("app");
      if (app === undefined) return;
      cast.pinnedUntilMs = command.ms > 0 ? clock.now() + command.ms : 0;
      return lifecycle.pin(app, command.ms);
    }
    case "wake": {
      const record = lifecycle.records.get(command.name);
      guests.ask();
      return record && lifecycle.wake(record, "admin", true);
    }
    case "stop": {
      const record = lifecycle.records.get(command.name);
      guests.order();
      return record && lifecycle.sleep(record);
    }
    case "reload":
      if (command.variant !== cast.variant) cast.pinnedUntilMs = 0;
      cast.variant = command.variant;
      guests.ask();
      guests.order();
      void lifecycle.reload();
  }
}

/** Everybody goes home, everything is well again, and time passes. */
async function quieten(cast: Cast, guests: Guests): Promise<void> {
  const { clock, world, lifecycle } = cast;
  cast.note("> quiet");
  world.reachable(true);
  world.busy = false;
  cast.variant = 0;
  guests.ask();
  guests.order();
  void lifecycle.reload();
  for (const name of NAMES) world.of(name).behaviour = HEALTHY;
  await clock.advance(1_000);
  guests.closeAll();
  cast.pinnedUntilMs = 0;
  const app = lifecycle.records.get("app");
  if (app !== undefined) lifecycle.pin(app, 0);
  await clock.advance(HOURS_OF_REST_MS);
}

/** Longer than a drain, a stop and a start that fail one after the other. */
const A_WHILE_MS = 40_000;

/** Longer than the longest cool-down, and than several stops that failed. */
const HOURS_OF_REST_MS = 900_000;

const NOTHING: Engine = {
  kind: "process",
  capabilities: { pause: false, throttle: false, usage: false },
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
