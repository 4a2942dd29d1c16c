import type { WakePhase } from "../../core/decision.ts";
import { failureText } from "../../core/failure.ts";
import { expectedWakeMs } from "../../core/eta.ts";
import type { Health } from "../../core/read-models.ts";
import type { Clock } from "../ports.ts";
import type { RouteMember } from "./record.ts";
import { failureOfMember } from "./silence.ts";

/** Returns the progress of a route's wake, which is that of its most advanced member. */
export function healthOf(members: readonly RouteMember[], clock: Clock): Health {
  const healths = members.map((member) => healthOfOne(member, clock));
  const best = healths.sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status))[0];
  return best ?? { status: "unknown", error: "", phase: undefined, elapsedMs: 0, etaMs: undefined, retryMs: 0 };
}

/** Resolves at the next change of any member's status or phase, or after `ms`; at once if nothing is in progress. */
export async function healthChange(
  members: readonly RouteMember[],
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
  for (const { record } of members) record.watchers.add(onChange);
  await clock.sleep(ms, AbortSignal.any([over.signal, aborted]));
  for (const { record } of members) record.watchers.delete(onChange);
}

const RANK: readonly Health["status"][] = ["running", "starting", "failed", "unknown"];

function healthOfOne(member: RouteMember, clock: Clock): Health {
  const now = clock.now();
  const { record, port } = member;
  const { state } = record;
  const base = { error: "", etaMs: expectedWakeMs(record.wakesMs), retryMs: 0 };
  if (port.gate !== undefined) return { ...base, status: "running", phase: "ready", elapsedMs: 0 };
  const failed = failureOfMember(member, clock);
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
      return {
        ...base,
        status: "starting",
        phase: port.silentSinceMs === undefined ? "dependencies" : "waiting",
        elapsedMs: now - state.sinceMs,
      };
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

/** Omits the expected duration of a wake while a stop or an update precedes it. */
function ofPhase<Base extends Pick<Health, "etaMs">>(base: Base, phase: WakePhase) {
  const etaMs = phase === "stopping" || phase === "updating" ? undefined : base.etaMs;
  return { ...base, etaMs, status: "starting", phase } as const;
}
