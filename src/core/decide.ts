import type { ClientKind, Decision, HandlerTraits, Failure, Forward } from "./decision.ts";
import type { AsleepStatus } from "./settings.ts";

/** What `decide` needs to know of one member of a route at this moment. */
export interface MemberView {
  readonly name: string;
  /** Set while it is ready together with everything it depends on. */
  readonly gate: Forward | undefined;
  /** Outside its schedule window: when that opens (0: nobody knows). `undefined` inside. */
  readonly closedUntilMs: number | undefined;
  /** Set while nobody may wake it: until when that is so (wall clock; `undefined`: until somebody starts it). */
  readonly suspended?: { readonly untilMs: number | undefined } | undefined;
  /** Its last wake failed, and when the next may be tried. */
  readonly failure: { readonly failure: Failure; readonly retryAtMs: number } | undefined;
}

export interface Question {
  readonly members: readonly MemberView[];
  readonly client: ClientKind;
  /** Set for whoever must not wake it: the status that says that it sleeps. */
  readonly mustNotWake: AsleepStatus | undefined;
  readonly wake: "auto" | "page" | "hold";
  readonly holdTimeoutMs: number;
  readonly handler: HandlerTraits;
  readonly nowMs: number;
  /** Chooses among ready members; never called with none. */
  pick(ready: readonly MemberView[]): MemberView;
}

/** The one place where it is settled what a client gets (protocol.md, "The way of a request"). */
export function decide(question: Question): Decision {
  const open = question.members.filter(isOpen);
  if (open.length === 0) return shut(question.members);

  const ready = open.filter(isReady);
  if (ready.length > 0) return question.pick(ready).gate ?? UNREACHABLE;

  const { mustNotWake, handler, nowMs } = question;
  // Nobody who must not wake it tries again, so that to them it has failed until somebody else does.
  const isFailed = mustNotWake === undefined ? (member: MemberView) => coolsDown(member, nowMs) : hasFailed;
  if (open.every(isFailed)) return failed(open, nowMs);
  if (mustNotWake !== undefined) return { kind: "asleep", status: handler.relaysSuccess ? mustNotWake : 503 };
  return wait(question);
}

function wait({ client, wake, handler, holdTimeoutMs }: Question): Decision {
  if (wake === "page") return client === "navigation" ? PAGE : WAKING;
  if (client === "navigation" && wake === "auto") return PAGE;
  const maxMs = Math.min(holdTimeoutMs, handler.maxHoldMs);
  return maxMs > 0 ? { kind: "hold", maxMs } : WAKING;
}

/** A schedule opens by itself, so that it counts before a suspension of other members. */
function shut(members: readonly MemberView[]): Decision {
  if (members.length === 0) return UNKNOWN;
  const scheduled = members.filter(({ suspended }) => suspended === undefined);
  if (scheduled.length > 0) return offline(scheduled);
  const ends = members.flatMap(({ suspended }) => suspended?.untilMs ?? []);
  return { kind: "suspended", untilMs: ends.length === 0 ? undefined : Math.min(...ends) };
}

function offline(members: readonly MemberView[]): Decision {
  const openings = members.flatMap(({ closedUntilMs }) => (closedUntilMs ? [closedUntilMs] : []));
  return { kind: "offline", untilMs: openings.length === 0 ? undefined : Math.min(...openings) };
}

function failed(members: readonly MemberView[], nowMs: number): Decision {
  let soonest: { workload: string; failure: Failure; retryAtMs: number } | undefined;
  for (const { name, failure } of members) {
    if (failure === undefined || (soonest !== undefined && failure.retryAtMs >= soonest.retryAtMs)) continue;
    soonest = { workload: name, ...failure };
  }
  if (soonest === undefined) return UNKNOWN;
  const { workload, failure, retryAtMs } = soonest;
  return { kind: "failed", workload, failure, retryMs: Math.max(0, retryAtMs - nowMs) };
}

function isOpen(member: MemberView): boolean {
  return member.closedUntilMs === undefined && member.suspended === undefined;
}

function isReady(member: MemberView): boolean {
  return member.gate !== undefined;
}

function hasFailed({ failure }: MemberView): boolean {
  return failure !== undefined;
}

function coolsDown({ failure }: MemberView, nowMs: number): boolean {
  return failure !== undefined && nowMs < failure.retryAtMs;
}

const PAGE: Decision = Object.freeze({ kind: "page" });
const WAKING: Decision = Object.freeze({ kind: "waking" });
const UNKNOWN: Decision = Object.freeze({ kind: "unknown" });
const UNREACHABLE = WAKING;
