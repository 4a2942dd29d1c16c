import type { WakePhase } from "../../core/decision.ts";
import { failureText } from "../../core/failure.ts";
import { expectedWakeMs } from "../../core/eta.ts";
import type { Health } from "../../core/read-models.ts";
import { failureOf } from "./failure.ts";
import type { Clock } from "../ports.ts";
import type { WorkloadRecord } from "./record.ts";

/** Returns the progress of a route's wake: that of its furthest member. */
export function healthOf(members: readonly WorkloadRecord[], clock: Clock): Health {
  const healths = members.map((record) => healthOfOne(record, clock));
  const best = healths.sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status))[0];
  return best ?? { status: "unknown", error: "", phase: undefined, elapsedMs: 0, etaMs: undefined, retryMs: 0 };
}

/** Resolves at the next change of status or phase of any member, or after `ms`; at once when nothing is under way. */
export async function healthChange(
  members: readonly WorkloadRecord[],
  ms: number,
  aborted: AbortSignal,
  clock: Clock,
): Promise<void> {
  const before = healthOf(members, clock);
  if (before.status !== "starting" || ms <= 0) return;
  const over = new AbortController();
  const onChange = (): void => {
    const { status, phase } = healthOf(members, clock);
    if (status !== before.status || phase !== before.phase) over.abort();
  };
  for (const member of members) member.watchers.add(onChange);
  await clock.sleep(ms, AbortSignal.any([over.signal, aborted]));
  for (const member of members) member.watchers.delete(onChange);
}

const RANK: readonly Health["status"][] = ["running", "starting", "failed", "unknown"];

function healthOfOne(record: WorkloadRecord, clock: Clock): Health {
  const now = clock.now();
  const { state } = record;
  const base = { error: "", etaMs: expectedWakeMs(record.wakesMs), retryMs: 0 };
  if (record.gate !== undefined) return { ...base, status: "running", phase: "ready", elapsedMs: 0 };
  const failed = failureOf(record);
  if (failed !== undefined) {
    const { failure, retryAtMs } = failed;
    const retryMs = Math.max(0, retryAtMs - now);
    return { ...base, status: "failed", error: failureText(failure.cause), phase: undefined, elapsedMs: 0, retryMs };
  }
  switch (state.status) {
    case "starting":
      return { ...ofPhase(base, state.phase), elapsedMs: now - record.wakeStartedMs };
    case "unready":
      return { ...base, status: "starting", phase: "waiting", elapsedMs: now - state.sinceMs };
    case "ready":
      return { ...base, status: "starting", phase: "dependencies", elapsedMs: now - state.sinceMs };
    case "stopping":
    case "draining":
      if (!state.wakeNext) break;
      return { ...ofPhase(base, "stopping"), elapsedMs: now - state.sinceMs };
    case "unseen":
    case "absent":
    case "asleep":
    case "paused":
    case "failed":
      break;
  }
  return { ...base, status: "unknown", phase: undefined, elapsedMs: 0 };
}

/** What a wake usually takes says nothing about a stop, or an update, before it. */
function ofPhase<Base extends Pick<Health, "etaMs">>(base: Base, phase: WakePhase) {
  const etaMs = phase === "stopping" || phase === "updating" ? undefined : base.etaMs;
  return { ...base, etaMs, status: "starting", phase } as const;
}
