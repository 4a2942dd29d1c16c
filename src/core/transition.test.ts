import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENTS, nameOf, NEXT, NOW, STATES } from "../../test/support/transition-cases.ts";
import { transition } from "./transition.ts";

/**
 * Every meaningful pair: state → event → next state. All other pairs leave the state as it is, which the test below
 * checks. `draining!` cannot be undone by an arrival, `draining?` never answered before, `>` precedes what follows at
 * once.
 */
const FROM_REST = { wake: "starting", "wake!": "starting", running: "unready", anew: "unready", restarting: "unready" };
const IN_USE = {
  absent: "absent",
  stopped: "asleep",
  anew: "unready",
  "anew, stopped": "asleep",
  paused: "paused",
};

const READY = {
  ...IN_USE,
  restarting: "unready",
  "none left": "unready",
  ending: "unready",
  "sleep idle": "draining",
  "sleep admin": "draining!",
  "sleep schedule": "draining(schedule)",
};
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unseen: {
    ...FROM_REST,
    absent: "absent",
    stopped: "asleep",
    "anew, stopped": "asleep",
    paused: "paused",
    "sleep admin": "unseen>stop",
    "sleep schedule": "unseen>stop(schedule)",
  },
  "unseen>stop": {
    wake: "starting",
    "wake!": "starting",
    running: "draining?(admin)",
    anew: "draining?(admin)",
    restarting: "draining?(admin)",
    absent: "absent",
    stopped: "asleep",
    "anew, stopped": "asleep",
    paused: "stopping(admin)",
    "sleep schedule": "unseen>stop(schedule)",
  },
  absent: { ...FROM_REST, stopped: "asleep", "anew, stopped": "asleep", paused: "paused" },
  asleep: { ...FROM_REST, absent: "absent", paused: "paused" },
  paused: {
    ...FROM_REST,
    absent: "absent",
    stopped: "asleep",
    "anew, stopped": "asleep",
    "sleep idle": "stopping",
    "sleep admin": "stopping(admin)",
    "sleep schedule": "stopping(schedule)",
  },
  starting: {
    "to waiting": "waiting",
    answered: "ready",
    completed: "asleep",
    fails: "failed",
    "fails, runs": "failed/runs",
    "fails, start pending": "failed/late",
    "sleep admin": "starting>stop",
    "sleep schedule": "starting>stop(schedule)",
  },
  waiting: {
    "to starting": "starting",
    answered: "ready",
    completed: "asleep",
    fails: "failed",
    "fails, runs": "failed/runs",
    "fails, start pending": "failed/late",
    "sleep admin": "draining?(admin)",
    "sleep schedule": "draining?(schedule)",
  },
  "starting>stop": {
    wake: "starting",
    "wake!": "starting",
    "to waiting": "draining?(admin)",
    answered: "draining(admin)",
    completed: "asleep",
    fails: "failed",
    "fails, runs": "draining?(admin)",
    "fails, start pending": "failed/late>stop",
    "sleep schedule": "starting>stop(schedule)",
  },
  unready: {
    ...IN_USE,
    wake: "starting",
    "wake!": "starting",
    answered: "ready",
    "sleep idle": "draining?",
    "sleep admin": "draining?(admin)",
    "sleep schedule": "draining?(schedule)",
  },
  ready: { ...READY, "one more": "ready×2", refused: "unready" },
  "ready×2": { ...READY, "one more": "ready×2", refused: "ready", "refused elsewhere": "ready" },
  draining: {
    ...IN_USE,
    restarting: "unready",
    ending: "draining?",
    wake: "ready",
    "wake!": "ready",
    arrival: "ready",
    vetoed: "ready",
    drained: "stopping",
    "sleep admin": "draining!",
    "sleep schedule": "draining(schedule)",
  },
  "draining?": {
    ...IN_USE,
    restarting: "unready",
    wake: "starting",
    "wake!": "starting",
    arrival: "unready",
    vetoed: "unready",
    drained: "stopping",
    "sleep admin": "draining?(admin)",
    "sleep schedule": "draining?(schedule)",
  },
  "draining!": {
    absent: "absent",
    stopped: "asleep",
    anew: "draining?(admin)",
    ending: "draining?(admin)",
    "anew, stopped": "asleep",
    paused: "draining?(admin)",
    restarting: "draining?(admin)",
    wake: "draining!>wake",
    "wake!": "draining!>wake",
    vetoed: "stopping(admin)",
    drained: "stopping(admin)",
    "sleep schedule": "draining(schedule)",
  },
  "draining?(admin)": {
    absent: "absent",
    stopped: "asleep",
    "anew, stopped": "asleep",
    wake: "draining?(admin)>wake",
    "wake!": "draining?(admin)>wake",
    vetoed: "stopping(admin)",
    drained: "stopping(admin)",
    "sleep schedule": "draining?(schedule)",
  },
  "draining!>wake": {
    absent: "starting",
    stopped: "starting",
    "anew, stopped": "starting",
    anew: "starting",
    paused: "starting",
    restarting: "starting",
    ending: "draining?(admin)>wake",
    vetoed: "stopping>wake(admin)",
    drained: "stopping>wake(admin)",
    "sleep admin": "draining!",
    "sleep schedule": "draining(schedule)",
  },
  stopping: {
    wake: "stopping>wake",
    "wake!": "stopping>wake",
    "stop ended": "asleep",
    "stop ended, runs": "unready",
  },
  "stopping>wake": {
    "stop ended": "starting",
    "stop ended, runs": "starting",
    "sleep admin": "stopping",
    "sleep schedule": "stopping",
  },
  failed: {
    "wake!": "starting",
    answered: "ready",
    running: "unready",
    anew: "unready",
    "anew, stopped": "asleep",
    restarting: "unready",
  },
  "failed/over": {
    wake: "starting",
    "wake!": "starting",
    answered: "ready",
    running: "unready",
    anew: "unready",
    "anew, stopped": "asleep",
    restarting: "unready",
  },
  "failed/runs": {
    "wake!": "starting",
    answered: "ready",
    absent: "failed",
    stopped: "failed",
    paused: "failed",
    anew: "unready",
    "anew, stopped": "asleep",
    "sleep idle": "draining?",
    "sleep admin": "draining?(admin)",
    "sleep schedule": "draining?(schedule)",
  },
  "failed/late": {
    "start rejected": "failed",
    "wake!": "starting",
    answered: "ready",
    running: "unready",
    anew: "unready",
    "anew, stopped": "asleep",
    restarting: "unready",
    "sleep admin": "failed/late>stop",
    "sleep schedule": "failed/late>stop(schedule)",
  },
  "failed/late>stop": {
    "start rejected": "failed",
    "wake!": "starting",
    answered: "draining(admin)",
    running: "draining?(admin)",
    anew: "draining?(admin)",
    "anew, stopped": "asleep",
    restarting: "draining?(admin)",
    "sleep schedule": "failed/late>stop(schedule)",
  },
};

for (const [from, state] of Object.entries(STATES)) {
  test(`${from}: each of ${Object.keys(EVENTS).length} events leads where the table says`, () => {
    const actual: Record<string, string> = {};
    for (const [name, event] of Object.entries(EVENTS)) {
      const result = transition(state, event, NOW, NEXT);
      if (result.state !== state) actual[name] = nameOf(result.state);
      else assert.deepEqual(result.effects, [], `${name} keeps the state and so has no effect`);
    }
    assert.deepEqual(actual, expected(TABLE[from]!));
  });
}

/** Treats `draining(admin)` and `draining!` as equal. */
function expected(row: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(row).map(([event, to]) => [event, to === "draining(admin)" ? "draining!" : to]),
  );
}
