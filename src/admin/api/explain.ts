import { causeText } from "../../core/transition-cause.ts";
import { formatGoDuration } from "../../core/duration.ts";
import { failureText } from "../../core/failure.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { createTranslate } from "../../respond/language.ts";
import { type StatusSources, targetWarnings } from "./container-status.ts";
import { type Reason, type ReasonValue, whyAwake, whyNotStopped, wouldWake } from "./reasons.ts";
import { nextStopOf, toWall } from "./idle-schedule.ts";

/** Why a container is in its state and what would change it, in English sentences. */
export interface Explanation {
  readonly name: string;
  readonly state: string;
  readonly since: string;
  /** Empty while it sleeps. */
  readonly why_awake: readonly string[];
  /** What prevents a stop now; empty while it sleeps. */
  readonly why_not_stopped: readonly string[];
  readonly would_wake: readonly string[];
  /** The problems of fronts with reaching it. */
  readonly warnings: readonly string[];
  /** Its next stop; `null`: none is due. */
  readonly will_stop: { readonly at: string; readonly reason: string } | null;
  /** The last state changes, oldest first. */
  readonly transitions: readonly { at: string; from: string; to: string; why: string }[];
}

/** Explains a container from the facts that the life cycle uses. */
export function explain(
  { lifecycle, untrustedPeers }: Pick<StatusSources, "lifecycle" | "untrustedPeers">,
  record: WorkloadRecord,
): Explanation {
  const { context } = lifecycle;
  const awake = isUp(record);
  const plan = nextStopOf(context, record);
  return {
    name: record.name,
    state: record.state.status,
    since: iso(toWall(context, record.state.sinceMs)),
    why_awake: awake ? whyAwake(lifecycle, record).map(inEnglish) : [],
    why_not_stopped: awake ? whyNotStopped(lifecycle, record).map(inEnglish) : [],
    would_wake: awake ? [] : wouldWake(lifecycle, record).map(inEnglish),
    warnings: [
      ...targetWarnings(record, context.clock.now()),
      ...untrustedPeers().map((address) => english("dash.untrustedPeer", { address })),
    ],
    will_stop: awake && plan !== undefined ? { at: iso(plan.atMs), reason: plan.reason } : null,
    transitions: record.timeline.map(({ wallMs, from, to, cause }) => ({
      at: iso(wallMs),
      from,
      to,
      why: causeText(cause),
    })),
  };
}

/** Returns whether it is awake or waking, so that there are a reason and perhaps a next stop. */
export function isUp({ state: { status } }: WorkloadRecord): boolean {
  return status === "starting" || status === "unready" || status === "ready" || status === "draining";
}

const english = createTranslate("en");

function inEnglish({ key, values = {} }: Reason): string {
  return english(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, write(value)])));
}

/** Formats a value for programs: times as ISO 8601, durations as in Go, causes by name. */
function write(value: ReasonValue): string | number {
  if (typeof value !== "object") return value;
  if ("atMs" in value) return iso(value.atMs);
  if ("spanMs" in value) return formatGoDuration(value.spanMs);
  if ("failed" in value) return `${failureText(value.failed)}.`;
  return "why" in value ? causeText(value.why) : value.anyOf.join(" or ");
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
