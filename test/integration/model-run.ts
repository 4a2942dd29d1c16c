import type { DomainEvent } from "../../src/core/events.ts";
import type { Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import { createModelClock, type ModelClock } from "./model-clock.ts";
import type { Command, Plan } from "./model-commands.ts";
import { createGuests, type Guests } from "./model-guests.ts";
import { createOracle, type Oracle } from "./model-oracle.ts";
import { createLife, type Life } from "./model-life.ts";
import { NAMES, VARIANTS } from "./model-settings.ts";
import { createModelStore, type ModelStore } from "./model-store.ts";
import { checkSpeed } from "./model-speed-rules.ts";
import { HEALTHY } from "./model-truth.ts";
import { use } from "./model-usage.ts";
import { createWorld, type World } from "./model-world.ts";

/** Everything that takes part in one run. */
export interface Cast {
  readonly clock: ModelClock;
  readonly world: World;
  readonly store: ModelStore;
  /** Of the gateway's present life. */
  lifecycle: Lifecycle;
  life: Life;
  readonly begin: () => Life;
  readonly note: (line: string) => void;
  /** The engine answers at once. */
  readonly isPrompt: boolean;
  variant: number;
  pinnedUntilMs: number;
  /** When the engine, the settings or the gateway last changed: for a while nobody can say what had to be seen. */
  unsteadyAtMs: number;
  /** The engine was lost, or the store kept nothing, so that limits may stay what they are. */
  mayForgetLimits: boolean;
}

/** Carries a plan out and checks every rule after each step; throws with the whole story when one is broken. */
export async function runPlan(plan: Plan): Promise<void> {
  const story: string[] = [];
  const clock = createModelClock(1_000_000_000_020);
  const startMs = clock.now();
  const note = (line: string): void => void story.push(`${String(clock.now() - startMs).padStart(7)}  ${line}`);
  try {
    const { cast, oracle, guests } = await prepare(plan, clock, note);
    for (const command of plan.commands) {
      note(`> ${JSON.stringify(command)}`);
      await act(cast, oracle, guests, command);
      await clock.settle();
      oracle.check(guests);
    }
    note("> wait");
    await clock.advance(A_WHILE_MS);
    oracle.check(guests);
    oracle.checkPromises();
    await quieten(cast, oracle, guests);
    oracle.checkRest(guests);
    await cast.life.end();
    checkSpeed(cast);
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(
      `${words}\n\nThe story (latency ${plan.latencyMs}, events late by ${plan.eventDelayMs}):\n${story.join("\n")}`,
    );
  }
}

async function prepare(
  { latencyMs, eventDelayMs }: Plan,
  clock: ModelClock,
  note: (line: string) => void,
): Promise<{ cast: Cast; oracle: Oracle; guests: Guests }> {
  const judge: { oracle?: Oracle } = {};
  const world = createWorld({
    clock,
    names: NAMES,
    latencyMs,
    eventDelayMs,
    note,
    isWaking: (name) => cast.lifecycle.records.get(name)?.state.status === "starting",
    onStart: (truth) => judge.oracle?.onStart(truth),
    onStop: (truth) => judge.oracle?.onStop(truth),
    onThrottle: (truth) => judge.oracle?.onThrottle(truth),
  });
  const store = createModelStore();
  const begin = (): Life =>
    createLife({
      clock,
      world,
      store,
      settings: () => VARIANTS[cast.variant]!,
      emit: (event) => report(event, note, judge.oracle),
    });
  const life = begin();
  const cast: Cast = {
    clock,
    world,
    store,
    note,
    life,
    lifecycle: life.lifecycle,
    begin,
    isPrompt: latencyMs === 0,
    variant: 0,
    pinnedUntilMs: 0,
    unsteadyAtMs: -Infinity,
    mayForgetLimits: false,
  };
  const oracle = createOracle(cast);
  judge.oracle = oracle;
  const guests = createGuests(cast, oracle);
  await life.begin();
  await clock.settle();
  return { cast, oracle, guests };
}

function report(event: DomainEvent, note: (line: string) => void, oracle: Oracle | undefined): void {
  if (event.type === "fault") throw new Error(`fault: ${event.message}: ${event.detail}`);
  if (event.type !== "state") return;
  if (event.from.status !== event.to.status)
    note(`    ${event.workload}: ${event.from.status} → ${event.to.status} (${event.why})`);
  oracle?.onState(event.workload, event.from, event.to);
}

async function act(cast: Cast, oracle: Oracle, guests: Guests, command: Command): Promise<void> {
  const { clock, world, store, lifecycle } = cast;
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
    case "use":
      return use(world.of(command.name), command.what, clock.now());
    case "store":
      cast.mayForgetLimits = true;
      store.fault = command.fault;
      return;
    case "gateway":
      return beginAnew(cast, oracle, guests, command.how);
    case "engine":
      cast.unsteadyAtMs = clock.now();
      cast.mayForgetLimits = true;
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
      guests.order();
      guests.ask();
      world.of(command.name).stoppedByOther = false;
      return record && lifecycle.wake(record, "admin", true);
    }
    case "stop": {
      const record = lifecycle.records.get(command.name);
      guests.order();
      return record && lifecycle.sleep(record);
    }
    case "suspend":
    case "resume": {
      const record = lifecycle.records.get(command.name);
      guests.order();
      if (record === undefined) return;
      oracle.onSuspend(command.name, command.do === "suspend" ? command.ms : 0);
      return command.do === "suspend" ? lifecycle.suspend(record, command.ms) : lifecycle.resume(record);
    }
    case "reload":
      cast.unsteadyAtMs = clock.now();
      if (command.variant !== cast.variant) cast.pinnedUntilMs = 0;
      cast.variant = command.variant;
      guests.ask();
      guests.order();
      void lifecycle.reload();
  }
}

/** The gateway is replaced, or dies and is started again. */
async function beginAnew(cast: Cast, oracle: Oracle, guests: Guests, how: "restart" | "kill"): Promise<void> {
  const { clock, store } = cast;
  guests.order();
  guests.ask();
  guests.dropAll(how === "restart");
  if (how === "kill") cast.life.kill();
  else {
    await cast.life.end();
    checkSpeed(cast);
  }
  if (how === "kill") cast.mayForgetLimits ||= store.fault !== "none";
  oracle.onNewLife(how === "restart" && store.fault === "none");
  cast.unsteadyAtMs = clock.now();
  cast.pinnedUntilMs = 0;
  cast.life = cast.begin();
  cast.lifecycle = cast.life.lifecycle;
  await cast.life.begin();
}

/** Everybody goes home, everything is well again, and time passes. */
async function quieten(cast: Cast, oracle: Oracle, guests: Guests): Promise<void> {
  const { clock, world, store, lifecycle } = cast;
  cast.note("> quiet");
  world.reachable(true);
  world.busy = false;
  cast.variant = 0;
  guests.ask();
  guests.order();
  void lifecycle.reload();
  store.fault = "none";
  for (const name of NAMES) {
    world.of(name).behaviour = HEALTHY;
    use(world.of(name), "none", clock.now());
  }
  await clock.advance(1_000);
  guests.closeAll();
  for (const record of lifecycle.records.values()) {
    oracle.onSuspend(record.name, 0);
    lifecycle.resume(record);
  }
  cast.pinnedUntilMs = 0;
  const app = lifecycle.records.get("app");
  if (app !== undefined) lifecycle.pin(app, 0);
  await clock.advance(HOURS_OF_REST_MS);
}

/** Longer than a drain, a stop and a start that fail one after the other. */
const A_WHILE_MS = 40_000;

/** Longer than the longest cool-down, and than several stops that failed. */
const HOURS_OF_REST_MS = 900_000;
