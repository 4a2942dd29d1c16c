import assert from "node:assert/strict";
import type { Forward } from "../../src/core/decision.ts";
import type { WorkloadState } from "../../src/core/workload-state.ts";
import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import type { Visitor } from "./model-commands.ts";
import type { Clients } from "./model-clients.ts";
import type { Cast } from "./model-run.ts";
import { HOLD_MS, NAMES, START_TIMEOUT_MS, VARIANTS } from "./model-settings.ts";
import { checkObservation } from "./model-observation-rule.ts";
import { checkSpeed, judgeThrottle } from "./model-speed-rules.ts";
import { createStartRules } from "./model-start-rules.ts";
import { createStopRules } from "./model-stop-rules.ts";
import { hostOf, stateOf, type EngineState } from "./model-engine-state.ts";

/** The rules, checked against the state of the engine. Every method throws, or remembers, when one is broken. */
export interface Expected {
  onAsk(): void;
  onStart(actual: EngineState): void;
  onStop(actual: EngineState): void;
  onThrottle(actual: EngineState): void;
  onState(name: string, from: WorkloadState, to: WorkloadState): void;
  /** True if the app answers the request. */
  onForward(record: WorkloadRecord, forward: Forward): boolean;
  onPromise(name: string): void;
  /** Somebody takes matters into their own hands: what was promised before may no longer be kept. */
  onOrder(): void;
  onSuspend(name: string, ms: number): void;
  /** A front proxy sends an auth request for it. */
  onFront(name: string): void;
  onNewLife(remembers: boolean): void;
  onUse(host: string, who: Visitor): void;
  onUseOf(name: string, who: Visitor): void;
  fail(words: string): void;
  check(clients: Clients): void;
  checkPromises(): void;
  checkRest(clients: Clients): void;
}

const PAUSE_EVENT_LAG_MS = 1_000;
/** No correct run queries the engine this often; a loop does within one step. */
const MOST_CALLS = 4_000;

export function createExpected(cast: Cast): Expected {
  const { clock, model, note } = cast;
  const usedAtMs = new Map<string, number>();
  const enteredAtMs = new Map<string, number>();
  const drainedSinceMs = new Map<string, number>();
  /** A client that got a page or a Retry-After was promised that the wake continues. */
  const promised = new Set<string>();
  const fronted = new Set<string>();
  const starts = createStartRules(cast, rule);
  const judgeStop = createStopRules(cast, { usedAtMs, drainedSinceMs, fronted }, rule);
  let broken: string | undefined;
  /** No request waits and nothing is in progress: nothing may be started before a request arrives. */
  let calm = false;

  // A rule that is broken inside an engine's call must not be taken for the engine's failure.
  function rule(holds: boolean, words: string): void {
    if (holds) return;
    note(`!!! ${words}`);
    broken ??= words;
  }

  function onStart(actual: EngineState): void {
    note(`    start ${actual.name}`);
    rule(!calm, `${actual.name} is started although nobody has asked`);
    starts.judge(actual);
  }

  function onStop(actual: EngineState): void {
    note(`    stop ${actual.name}`);
    const record = cast.lifecycle.records.get(actual.name);
    if (record === undefined) return rule(false, `${actual.name} is stopped, which is nobody's`);
    judgeStop(record, actual);
  }

  /** A request arrived shortly before the pause was reported, and may have been sent to a frozen app. */
  function hasFreshRequest(name: string): boolean {
    const isInside = (cast.lifecycle.records.get(name)?.leases ?? 0) > 0;
    return isInside && clock.now() - (enteredAtMs.get(name) ?? -Infinity) <= PAUSE_EVENT_LAG_MS;
  }

  function onForward(record: WorkloadRecord, { to }: Forward): boolean {
    const actual = model.of(record.name);
    enteredAtMs.set(record.name, clock.now());
    const answers = to.host === hostOf(actual) && model.answers(actual);
    const isDeaf = actual.status === "running" && actual.answersAtMs === Infinity && !actual.dying;
    const mayNotKnow = model.isUnreported(actual) || (isDeaf && actual.refusalReportedMs >= clock.now());
    rule(answers || mayNotKnow, `a request goes to ${to.host}, which ${stateOf(actual)}`);
    rule(!starts.isSuspended(record.name), `${record.name} gets a request while it is suspended`);
    for (const { record: dependency, condition } of record.dependencies) {
      const needed = model.of(dependency.name);
      const runs = needed.status === "running" && !needed.dying;
      if (condition !== "completed") {
        rule(runs || model.isUnreported(needed), `${record.name} is used while ${needed.name} ${stateOf(needed)}`);
      }
    }
    return answers;
  }

  function onUseOf(name: string, who: Visitor): void {
    if (who !== "kuma") usedAtMs.set(name, clock.now());
  }

  function check(clients: Clients): void {
    if (broken !== undefined) assert.fail(broken);
    assert.ok(model.calls < MOST_CALLS, `the engine was asked ${model.calls} times`);
    for (const { sinceMs, host } of clients.waiting) {
      assert.ok(clock.now() - sinceMs <= HOLD_MS, `somebody has waited at ${host} since ${sinceMs}`);
    }
    for (const record of cast.lifecycle.records.values()) checkRecord(record, clients);
    checkSpeed(cast, clients);
    const pending = [...cast.lifecycle.routes().byName.values()].reduce((sum, { queue }) => sum + queue.pending, 0);
    assert.ok(pending <= clients.waiting.size, `${pending} places are taken, ${clients.waiting.size} wait`);
    const isStill = (status: string): boolean => !["starting", "draining", "stopping"].includes(status);
    const configured = VARIANTS[cast.variant]!.workloads.some(({ schedule }) => schedule !== undefined);
    const hasSchedule =
      configured || [...cast.lifecycle.records.values()].some(({ schedule }) => schedule !== undefined);
    const statuses = [...cast.lifecycle.records.values()].map(({ state }) => state.status);
    const isStarting = NAMES.some((name) => model.of(name).startsInProgress > 0);
    calm = !hasSchedule && !isStarting && clients.waiting.size === 0 && statuses.every(isStill);
  }

  function checkRecord(record: WorkloadRecord, clients: Clients): void {
    const { name, state } = record;
    const leases = clients.leases.filter((lease) => lease.record === record).length;
    assert.equal(record.leases, leases, `the leases of ${name}`);
    assert.equal(record.leasesByKind.request + record.leasesByKind.tunnel, leases, `the kinds of leases of ${name}`);
    if (isUnused(record)) assert.ok(record.timer !== undefined, `${name} is unused, and no timer ends that`);
    // A job has two at most, and a dependent that waits for it has one; a job that was left may still await an answer.
    const signals = 2 + record.dependents.length;
    assert.ok(!cast.isPrompt || record.signals.size <= signals, `${name} has ${record.signals.size} signals`);
    assert.ok(record.waiters.size <= clients.waiting.size, `${name} has waiters that nobody is`);
    if (record.gate !== undefined) assert.ok(state.status === "ready", `${name} lets pass while ${state.status}`);
    checkObservation(cast, record);
    for (const { members } of record.waiters) {
      assert.equal(record.gate, undefined, `somebody waits for ${name}, which lets requests pass`);
      const hope = members.some((member) => UNDER_WAY.has(member.record.state.status));
      assert.ok(
        hope,
        `somebody waits for ${members.map((member) => `${member.record.name} (${member.record.state.status})`).join()}`,
      );
    }
    if (clients.waiting.size === 0) assert.equal(record.waiters.size, 0, `${name} has waiters left`);
  }

  function checkPromises(): void {
    // What is up already, but needs a one-shot that runs on and on, waits with it.
    const isKept = ({ dependencies }: WorkloadRecord): boolean =>
      dependencies.every(({ condition }) => condition !== "completed");
    const open = [...promised].filter((name) =>
      [cast.lifecycle.records.get(name)].some((found) => found && isKept(found)),
    );
    assert.deepEqual(open, [], "who was shown a page was promised a wake");
  }

  function checkRest(clients: Clients): void {
    check(clients);
    for (const record of cast.lifecycle.records.values()) {
      const actual = model.of(record.name);
      // What a stop would delete stays up, and keeps up what it needs.
      const staysUp = [record, ...record.dependents].some(({ name }) => model.of(name).autoRemove);
      if (staysUp) continue;
      const mustRest =
        record.settings.idleTimeoutMs !== undefined || (record.name === "db" && actual.startedBy === "us");
      if (mustRest) assert.notEqual(actual.status, "running", `${record.name} is awake after a long rest`);
      assert.equal(record.watchers.size, 0, `${record.name} is watched`);
      assert.equal(record.signals.size, 0, `${record.name} has signals left`);
      assert.equal(record.startCall, undefined);
    }
    const timers = [...cast.lifecycle.records.values()].filter(({ timer }) => timer !== undefined).length;
    assert.ok(clock.sleeping() <= timers + KNOWN_SLEEPS, `${clock.sleeping()} sleeps for ${timers} timers`);
  }

  /** `remembers`: it ended in order, and its store keeps what it is given. */
  function onNewLife(remembers: boolean): void {
    drainedSinceMs.clear();
    enteredAtMs.clear();
    const isKept = remembers && clock.now() === clock.wall();
    if (!isKept) usedAtMs.clear();
    starts.onNewLife(isKept);
    if (!isKept) fronted.clear();
    for (const name of NAMES) {
      const actual = model.of(name);
      actual.stoppedByOther &&= isKept && !model.isUnreported(actual);
      // When the last request to one that is configured no more has ended is not worth a line in the state file.
      if (!cast.lifecycle.records.has(name)) usedAtMs.delete(name);
      if (!isKept) actual.startedBy = "unclear";
      actual.refusalReportedMs = Infinity;
    }
  }

  return {
    onAsk: () => void (calm = false),
    onStart,
    onStop,
    onState(name, from, to) {
      if (from.status === "starting" && to.status === "failed" && to.failure.reason === "timeout") {
        const triedMs = clock.now() - from.sinceMs;
        rule(triedMs >= START_TIMEOUT_MS, `${name} is given up after ${triedMs} ms`);
      }
      starts.onState(name, to);
      if (to.status === "paused" && hasFreshRequest(name)) calm = false;
      if (to.status === "draining") drainedSinceMs.set(name, to.sinceMs);
      else if (to.status !== "stopping") drainedSinceMs.delete(name);
      // A gate that waits for a dependency opens with that.
      // One that is up, but needs something that runs without getting where it must, is left to its idle time.
      const isLeft = from.status === "ready" && to.status === "draining";
      const isEnd = to.status === "ready" || to.status === "failed" || isLeft;
      if (isEnd) for (const kept of name === "db" || name === "job" ? ["app"] : [name]) promised.delete(kept);
    },
    onForward,
    onThrottle(actual) {
      note(`    throttle ${actual.name}`);
      judgeThrottle(cast, actual, usedAtMs.get(actual.name) ?? -Infinity, rule);
    },
    onFront: (name) => void fronted.add(name),
    onSuspend: starts.suspend,
    onNewLife,
    onPromise: (name) => void promised.add(name),
    onOrder() {
      promised.clear();
      starts.onOrder();
    },
    onUse(host, who) {
      // Which members of a group somebody has waited for depends on the reloads meanwhile.
      if (host !== "web") onUseOf(host, who);
    },
    onUseOf,
    fail: (words) => rule(false, words),
    check,
    checkPromises,
    checkRest,
  };
}

const UNDER_WAY: ReadonlySet<string> = new Set(["starting", "unready", "ready", "draining", "stopping"]);

const KNOWN_SLEEPS = 2; // the next full list, and the next save

function isUnused({ state, settings, leases, waiters, dependents, observation }: WorkloadRecord): boolean {
  if (observation?.autoRemove) return false;
  const isNeeded = dependents.some((dependent) => !RESTING.has(dependent.state.status));
  const isUp = state.status === "ready" || state.status === "unready";
  return isUp && (settings.idleTimeoutMs ?? 0) > 0 && leases === 0 && waiters.size === 0 && !isNeeded;
}

const RESTING: ReadonlySet<string> = new Set(["unseen", "absent", "asleep", "paused"]);
