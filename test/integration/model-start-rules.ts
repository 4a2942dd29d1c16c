import type { WorkloadState } from "../../src/core/workload-state.ts";
import type { Cast } from "./model-run.ts";
import type { EngineState } from "./model-engine-state.ts";

/** What keeps a workload from being started, judged by the state of the engine. */
export interface StartRules {
  /** Judges a start of ours at the moment at which it is ordered. */
  judge(actual: EngineState): void;
  isSuspended(name: string): boolean;
  suspend(name: string, ms: number): void;
  onState(name: string, to: WorkloadState): void;
  /** Somebody who orders something ends every cool-down. */
  onOrder(): void;
  /** `isKept`: the gateway knows what it knew before its restart. */
  onNewLife(isKept: boolean): void;
}

const FIRST_COOL_DOWN_MS = 3_000;
const LONGEST_COOL_DOWN_MS = 300_000;

export function createStartRules(cast: Cast, rule: (holds: boolean, words: string) => void): StartRules {
  const { clock, model } = cast;
  const coolUntilMs = new Map<string, number>();
  const failures = new Map<string, number>();
  const suspendedUntilMs = new Map<string, number>();
  const isSuspended = (name: string): boolean => clock.now() < (suspendedUntilMs.get(name) ?? -Infinity);

  /** Failures that follow each other, and nobody's order between them. */
  function noteFailure(name: string, { sinceMs, retryAtMs }: { sinceMs: number; retryAtMs: number }): void {
    if (sinceMs < clock.now()) return; // known already
    const count = (failures.get(name) ?? 0) + 1;
    failures.set(name, count);
    coolUntilMs.set(name, retryAtMs);
    const least = Math.min(LONGEST_COOL_DOWN_MS, FIRST_COOL_DOWN_MS * 2 ** (count - 1));
    const coolMs = retryAtMs - clock.now();
    rule(coolMs >= least, `${name} cools down for ${coolMs} ms after ${count} failures`);
  }

  return {
    isSuspended,
    judge(actual) {
      const { name } = actual;
      rule(actual.startsInProgress === 0, `${name} is started while a start is in progress`);
      const isLeftAlone = actual.status !== "running" && clock.now() < actual.leftAloneUntilMs;
      rule(!isLeftAlone, `${name} is started although somebody else may be updating it`);
      const isScheduled = cast.lifecycle.records.get(name)?.wakeCause === "schedule"; // it forces the start
      const isCool = isScheduled || clock.now() >= (coolUntilMs.get(name) ?? 0);
      rule(isCool, `${name} is started before its cool-down is over`);
      rule(!isSuspended(name), `${name} is started although it is suspended`);
      const { settings, wakeCause } = cast.lifecycle.records.get(name) ?? {};
      // Who orders a wake gets it, also from a stop in the middle of it.
      const isOrdered = wakeCause === "admin" || settings?.wakeAfterStop !== "started";
      const mustStay = actual.stoppedByOther && !isOrdered && !model.isUnreported(actual);
      rule(!mustStay, `${name} is started although somebody has stopped it`);
    },
    suspend: (name, ms) => void suspendedUntilMs.set(name, clock.now() + ms),
    onState(name, to) {
      if (to.status === "ready") failures.delete(name);
      if (to.status === "failed") noteFailure(name, to);
      else if (to.status !== "starting") coolUntilMs.delete(name);
    },
    onOrder() {
      coolUntilMs.clear();
      failures.clear();
    },
    onNewLife(isKept) {
      coolUntilMs.clear();
      failures.clear();
      if (!isKept) suspendedUntilMs.clear();
    },
  };
}
