import type { DomainEvent } from "../../src/core/events.ts";
import { causeText } from "../../src/core/transition-cause.ts";
import type { Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import { createModelClock, type ModelClock } from "./model-clock.ts";
import type { Command, Plan } from "./model-commands.ts";
import { createClients, type Clients } from "./model-clients.ts";
import { createExpected, type Expected } from "./model-expected.ts";
import { createLife, type Life } from "./model-life.ts";
import { NAMES, VARIANTS } from "./model-settings.ts";
import { createModelStore, type ModelStore } from "./model-store.ts";
import { checkSpeed } from "./model-speed-rules.ts";
import { HEALTHY } from "./model-engine-state.ts";
import { use } from "./model-usage.ts";
import { createModel, type Model } from "./model-state.ts";

/** Everything that takes part in one run. */
export interface Cast {
  readonly clock: ModelClock;
  readonly model: Model;
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
  /** When the settings or the gateway last changed: for a while it is undefined what must be observed. */
  unsteadyAtMs: number;
  /** When the engine was last lost or came back. */
  linkedAtMs: number;
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
    const { cast, expected, clients } = await prepare(plan, clock, note);
    for (const command of plan.commands) {
      note(`> ${JSON.stringify(command)}`);
      await act(cast, expected, clients, command);
      await clock.settle();
      expected.check(clients);
    }
    note("> wait");
    await clock.advance(A_WHILE_MS);
    expected.check(clients);
    expected.checkPromises();
    await quieten(cast, expected, clients);
    expected.checkRest(clients);
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
): Promise<{ cast: Cast; expected: Expected; clients: Clients }> {
  const judge: { expected?: Expected } = {};
  const model = createModel({
    clock,
    names: NAMES,
    latencyMs,
    eventDelayMs,
    note,
    isWaking: (name) => cast.lifecycle.records.get(name)?.state.status === "starting",
    onStart: (actual) => judge.expected?.onStart(actual),
    onStop: (actual) => judge.expected?.onStop(actual),
    onThrottle: (actual) => judge.expected?.onThrottle(actual),
  });
  const store = createModelStore();
  const begin = (): Life =>
    createLife({
      clock,
      model,
      store,
      settings: () => VARIANTS[cast.variant]!,
      emit: (event) => report(event, note, judge.expected),
    });
  const life = begin();
  const cast: Cast = {
    clock,
    model,
    store,
    note,
    life,
    lifecycle: life.lifecycle,
    begin,
    isPrompt: latencyMs === 0,
    variant: 0,
    pinnedUntilMs: 0,
    unsteadyAtMs: -Infinity,
    linkedAtMs: -Infinity,
    mayForgetLimits: false,
  };
  const expected = createExpected(cast);
  judge.expected = expected;
  const clients = createClients(cast, expected);
  await life.begin();
  await clock.settle();
  return { cast, expected, clients };
}

function report(event: DomainEvent, note: (line: string) => void, expected: Expected | undefined): void {
  if (event.type === "fault") throw new Error(`fault: ${event.message}: ${event.detail}`);
  if (event.type !== "state") return;
  if (event.from.status !== event.to.status)
    note(`    ${event.workload}: ${event.from.status} → ${event.to.status} (${causeText(event.cause)})`);
  expected?.onState(event.workload, event.from, event.to);
}

async function act(cast: Cast, expected: Expected, clients: Clients, command: Command): Promise<void> {
  const { clock, model, store, lifecycle } = cast;
  switch (command.do) {
    case "visit":
      for (let count = 0; count < command.many; count += 1) clients.visit(command.host, command.who);
      return;
    case "close":
      return clients.close(command.which);
    case "leave":
      return clients.leave(command.which);
    case "meddle":
      clients.order();
      return model.meddle(command.name, command.what);
    case "behave":
      model.of(command.name).behaviour = command.how;
      return;
    case "use":
      return use(model.of(command.name), command.what, clock.now());
    case "store":
      cast.mayForgetLimits = true;
      store.fault = command.fault;
      return;
    case "gateway":
      return beginNextRun(cast, expected, clients, command.how);
    case "engine":
      cast.linkedAtMs = clock.now();
      cast.mayForgetLimits = true;
      return model.reachable(command.up);
    case "advance":
      return clock.advance(command.ms);
    case "jump":
      return clock.jumpWall(command.ms);
    case "busy":
      model.busy = command.busy;
      return;
    case "pin": {
      const app = lifecycle.records.get("app");
      if (app === undefined) return;
      cast.pinnedUntilMs = command.ms > 0 ? clock.now() + command.ms : 0;
      return lifecycle.pin(app, command.ms);
    }
    case "wake": {
      const record = lifecycle.records.get(command.name);
      clients.order();
      clients.ask();
      model.of(command.name).stoppedByOther = false;
      return record && lifecycle.wake(record, "admin", true);
    }
    case "stop": {
      const record = lifecycle.records.get(command.name);
      clients.order();
      return record && lifecycle.sleep(record);
    }
    case "suspend":
    case "resume": {
      const record = lifecycle.records.get(command.name);
      clients.order();
      if (record === undefined) return;
      expected.onSuspend(command.name, command.do === "suspend" ? command.ms : 0);
      return command.do === "suspend" ? lifecycle.suspend(record, command.ms) : lifecycle.resume(record);
    }
    case "reload":
      cast.unsteadyAtMs = clock.now();
      if (command.variant !== cast.variant) cast.pinnedUntilMs = 0;
      cast.variant = command.variant;
      clients.ask();
      clients.order();
      void lifecycle.reload();
  }
}

/** The gateway is replaced, or dies and is started again. */
async function beginNextRun(cast: Cast, expected: Expected, clients: Clients, how: "restart" | "kill"): Promise<void> {
  const { clock, store } = cast;
  clients.order();
  clients.ask();
  clients.dropAll(how === "restart");
  if (how === "kill") cast.life.kill();
  else {
    await cast.life.end();
    checkSpeed(cast);
  }
  if (how === "kill") cast.mayForgetLimits ||= store.fault !== "none";
  expected.onNewLife(how === "restart" && store.fault === "none");
  cast.unsteadyAtMs = clock.now();
  cast.pinnedUntilMs = 0;
  cast.life = cast.begin();
  cast.lifecycle = cast.life.lifecycle;
  await cast.life.begin();
}

/** All clients disconnect, all faults end, and time passes. */
async function quieten(cast: Cast, expected: Expected, clients: Clients): Promise<void> {
  const { clock, model, store, lifecycle } = cast;
  cast.note("> quiet");
  model.reachable(true);
  model.busy = false;
  if (cast.variant !== 0) cast.unsteadyAtMs = clock.now(); // nothing has watched what was not configured
  cast.variant = 0;
  clients.ask();
  clients.order();
  void lifecycle.reload();
  store.fault = "none";
  for (const name of NAMES) {
    model.of(name).behaviour = HEALTHY;
    use(model.of(name), "none", clock.now());
  }
  await clock.advance(1_000);
  clients.closeAll();
  for (const record of lifecycle.records.values()) {
    expected.onSuspend(record.name, 0);
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
