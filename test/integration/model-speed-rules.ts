import assert from "node:assert/strict";
import type { Clients } from "./model-clients.ts";
import type { Cast } from "./model-run.ts";
import { NAMES } from "./model-settings.ts";
import { OWN_CPUS, type EngineState } from "./model-engine-state.ts";

/** Longer than what has limits set and given back takes at the slowest engine. */
const SPEED_UP_MS = 200;

/** Judges an order to throttle at the moment at which it is given. */
export function judgeThrottle(
  { clock, lifecycle }: Cast,
  { name, startedAtMs }: EngineState,
  usedAtMs: number,
  rule: (holds: boolean, words: string) => void,
): void {
  const record = lifecycle.records.get(name);
  if (record === undefined || startedAtMs < 0) return;
  rule(record.leases === 0 || record.lastArrivalMs === 0, `${name} is throttled while it is in use`);
  const idleMs = clock.now() - usedAtMs;
  rule(idleMs >= record.settings.throttleAfterMs - 1, `${name} is throttled after ${idleMs} ms of rest`);
}

/** What somebody uses has its full speed, and so has everything after the end (without `clients`). */
export function checkSpeed({ clock, model, mayForgetLimits }: Cast, clients?: Clients): void {
  if (mayForgetLimits) return;
  for (const name of NAMES) {
    const arrivals = clients?.leases.flatMap(({ record, quiet }) =>
      record.name === name && !quiet ? record.lastArrivalMs : [],
    );
    const isUsed = arrivals === undefined || arrivals.some((atMs) => clock.now() - atMs > SPEED_UP_MS);
    if (isUsed && model.of(name).status !== "absent")
      assert.equal(model.of(name).cpus, OWN_CPUS, `the CPUs of ${name}`);
  }
}
