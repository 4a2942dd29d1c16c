import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import type { Cast } from "./model-run.ts";
import type { EngineState } from "./model-engine-state.ts";
import { counts, type HiddenUse } from "./model-usage.ts";

/** What the rules remember to judge a stop by. */
export interface StopFacts {
  readonly usedAtMs: ReadonlyMap<string, number>;
  readonly drainedSinceMs: ReadonlyMap<string, number>;
  /** Workloads whose traffic a front carries past us. */
  readonly fronted: ReadonlySet<string>;
}

const DRAIN_LIMIT_MS = 30_000;
/** A use of the counters that goes on for so long has been seen by now, and a command at once. */
const NOTICED_MS = 3_000;
const EXEC_NOTICED_MS = 300;
/** Between two readings. */
const STEP_MS = 1_500;
/** The settings or the gateway changed so long ago that it no longer matters. */
const STEADY_MS = 10_000;

/** Judges a stop of ours at the moment at which it is ordered. */
export function createStopRules(
  cast: Cast,
  facts: StopFacts,
  rule: (holds: boolean, words: string) => void,
): (record: WorkloadRecord, actual: EngineState) => void {
  const { clock, model } = cast;
  return (record, actual) => {
    const { name } = actual;
    if (record.state.status !== "stopping") return rule(false, `${name} is stopped without a stop`);
    const { reason } = record.state;
    const drainedMs = clock.now() - (facts.drainedSinceMs.get(name) ?? clock.now());
    const isOrder = reason === "admin" || reason === "schedule" || reason === "suspend";
    if (record.leases > 0) {
      const isCut = isOrder && (drainedMs >= DRAIN_LIMIT_MS || !facts.drainedSinceMs.has(name));
      rule(isCut, `${name} is stopped (${reason}) under ${record.leases} open leases`);
    }
    const isDeletion = actual.autoRemove && reason !== "pause" && !model.isUnreported(actual);
    rule(!isDeletion || reason === "admin" || reason === "suspend", `${name} is deleted by a stop (${reason})`);
    if (isOrder) return;

    const used = facts.usedAtMs.get(name) ?? -Infinity;
    if (reason === "idle") {
      const idleMs = clock.now() - (isKnownRun(actual) ? Math.max(used, actual.startedAtMs) : used);
      rule(idleMs >= (record.settings.idleTimeoutMs ?? Infinity) - 1, `${name} is stopped after ${idleMs} ms of rest`);
    }
    if (reason === "pause") {
      const idleMs = clock.now() - used;
      rule(idleMs >= record.settings.pauseAfterMs - 1, `${name} is paused after ${idleMs} ms of rest`);
    }
    // It counts from the begin of a wake.
    const upMs = isKnownRun(actual) ? clock.now() - Math.min(actual.startedAtMs, record.awakeSinceMs) : Infinity;
    rule(upMs >= record.settings.minUptimeMs - 1, `${name} is stopped before its min_uptime`);
    if (name === "app") rule(clock.now() >= cast.pinnedUntilMs, "app is stopped although it is pinned");
    if (reason === "unneeded") {
      rule(actual.startedBy !== "outside" || model.isUnreported(actual), `${name} is unneeded, but not ours to stop`);
    }
    const needed = record.dependents.filter(({ gate }) => gate !== undefined).map((dependent) => dependent.name);
    rule(needed.length === 0, `${name} is stopped (${reason}) although ${needed.join()} needs it`);
    judgeHiddenUse(record, actual, reason);
  };

  function judgeHiddenUse(record: WorkloadRecord, actual: EngineState, reason: string): void {
    const { activity, name } = actual;
    const isSteady = clock.now() - cast.unsteadyAtMs >= STEADY_MS && !model.isUnreported(actual);
    if (actual.status !== "running" || !isSteady) return;
    const isCounted = (kind: HiddenUse): boolean => {
      const signal = record.settings.idleSignal ?? (facts.fronted.has(name) ? "traffic" : "requests");
      return counts(kind, signal);
    };
    const forMs = clock.now() - activity.sinceMs;
    const isSeen = forMs >= (activity.kind === "exec" ? EXEC_NOTICED_MS : NOTICED_MS);
    rule(!isSeen || !isCounted(activity.kind), `${name} is stopped (${reason}) amid ${activity.kind}`);
    const { before } = activity;
    if (before === undefined || before.kind === "exec" || reason !== "idle") return;
    if (!model.answers(actual)) return; // only right before its stop, because no front sends it requests
    if (!isCounted(before.kind) || before.forMs < NOTICED_MS) return;
    const restMs = clock.now() - before.untilMs;
    const isEarly = restMs < (record.settings.idleTimeoutMs ?? 0) - STEP_MS;
    rule(!isEarly, `${name} is stopped ${restMs} ms after ${before.kind}`);
  }

  /**
   * A restart counts only once, an unreported one not at all; and after a jump of the wall clock nobody can
   * say whether a run that was first seen then began before the last visit.
   */
  function isKnownRun(actual: EngineState): boolean {
    return actual.startedBy !== "unclear" && !model.isUnreported(actual) && clock.now() === clock.wall();
  }
}
