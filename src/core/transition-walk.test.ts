import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EVENTS, nameOf, NEXT, NOW, RUN, STATES } from "../../test/support/transition-cases.ts";
import { transition } from "./transition.ts";
import { canBeUndone, type StopReason, type WorkloadEvent, type WorkloadState } from "./workload-state.ts";

const JOBS: Readonly<Record<string, string>> = {
  starting: "wake",
  unready: "probe",
  failed: "probe",
  draining: "drain",
  stopping: "stop",
};

test("a change leaves the former job, and begins the one that the new status owns", () => {
  for (const { from, state, event } of pairs()) {
    const result = transition(state, event, NOW, NEXT);
    if (result.state === state) continue;
    const isJobless = state.status === "unseen" || state.status === "ready";
    const isSame = isJobless && result.state.status === state.status;
    const sameRun = isSame || ("run" in state && "run" in result.state && result.state.run === state.run);
    const job = JOBS[result.state.status];
    const effects = sameRun ? [] : ["cancel", ...(job === undefined ? [] : [job])];
    assert.deepEqual(result.effects, effects, `${from} → ${nameOf(result.state)}`);
    if ("run" in result.state) assert.equal(result.state.run, sameRun ? RUN : NEXT);
    if (!sameRun) assert.equal(result.state.sinceMs, NOW);
  }
});

test("every event of a job has a run, and with another run's number it changes nothing", () => {
  for (const { from, state, event } of pairs()) {
    if (!("run" in event)) continue;
    const late = { ...event, run: RUN - 1 };
    assert.equal(transition(state, late, NOW, NEXT).state, state, `${event.type} in ${from}`);
  }
});

const anyEvent = fc.constantFrom(...Object.values(EVENTS));
const walk = fc.array(fc.tuple(anyEvent, fc.boolean(), fc.nat(2)), { maxLength: 60 });

test("on any walk run numbers never repeat, late results change nothing and no two starts overlap", () => {
  fc.assert(
    fc.property(walk, (steps) => {
      let state: WorkloadState = STATES["unseen"]!;
      let lastRun = 0;
      for (const [index, [step, late, ms]] of steps.entries()) {
        const current = "run" in state ? state.run : 0;
        const event = "run" in step ? { ...step, run: late ? current - 1 - ms : current } : step;
        const result = transition(state, event, index, lastRun + 1);
        if ("run" in event && event.run !== current) assert.equal(result.state, state);
        if (result.effects.includes("wake")) assert.notEqual(state.status, "starting");
        if (state.status === "stopping" && result.effects.includes("wake")) assert.equal(event.type, "stop-ended");
        if ("run" in result.state && result.state.run !== current) {
          assert.equal(result.state.run, lastRun + 1);
          lastRun += 1;
        }
        state = result.state;
      }
    }),
    { numRuns: 2_000 },
  );
});

test("every status is reached from the first one", () => {
  const reached = new Set<string>();
  const queue: WorkloadState[] = [STATES["unseen"]!];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    if (reached.has(nameOf(state))) continue;
    reached.add(nameOf(state));
    for (const event of Object.values(EVENTS)) {
      const current = "run" in state ? state.run : 0;
      queue.push(transition(state, "run" in event ? { ...event, run: current } : event, NOW, NEXT).state);
    }
  }
  const missing = Object.values(STATES).filter((state) => !reached.has(nameOf(state)));
  assert.deepEqual(missing.map(nameOf), ["failed/over"], "which is a matter of time alone");
});

test("a sleep never undoes a start that is on its way to the engine, and a stop waits for its end", () => {
  for (const [name, event] of Object.entries(EVENTS)) {
    const { state, effects } = transition(STATES["starting"]!, event, NOW, NEXT);
    if (state.status === "draining" || state.status === "stopping") assert.fail(`${name} → ${effects.join()}`);
  }
});

test("an ordered stop is dropped only by its end, or by a later wake", () => {
  for (const { from, state, event } of pairs()) {
    const reason = orderOf(state);
    if (reason === undefined || event.type === "wake" || event.type === "sleep") continue;
    if (state.status === "stopping" && event.type === "stop-ended") continue;
    const after = transition(state, event, NOW, NEXT).state;
    const isDone =
      after.status === "asleep" || after.status === "absent" || (after.status === "failed" && !canRun(after));
    if (!isDone) assert.equal(orderOf(after), reason, `${from} → ${nameOf(after)}`);
  }
});

/** Returns the stop order of a state, unless a wake was requested after it. */
function orderOf(state: WorkloadState): StopReason | undefined {
  if ("stopNext" in state) return state.stopNext;
  if (!("reason" in state) || state.wakeNext || canBeUndone(state.reason)) return undefined;
  return state.reason;
}

function canRun(state: Extract<WorkloadState, { status: "failed" }>): boolean {
  return state.runs === true || state.startPending === true;
}

function* pairs(): Generator<{ from: string; state: WorkloadState; event: WorkloadEvent }> {
  for (const [name, state] of Object.entries(STATES)) {
    for (const [what, event] of Object.entries(EVENTS)) yield { from: `${what} in ${name}`, state, event };
  }
}
