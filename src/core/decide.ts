import type { ClientKind, Decision, Forward, HandlerTraits } from "./decision.ts";
import type { Failure } from "./failure.ts";
import type { AsleepStatus } from "./settings.ts";

/** The present state of one member of a route, as `decide` needs it. */
export interface MemberView {
  readonly name: string;
  /** Set while it is ready together with all its dependencies. */
  readonly gate: Forward | undefined;
  /** When its schedule window opens (0: unknown); `undefined` while it is open. */
  readonly closedUntilMs: number | undefined;
  /** Set while it is suspended; `untilMs` is on the wall clock, `undefined` until an administrator starts it. */
  readonly suspended?: { readonly untilMs: number | undefined } | undefined;
  /** Set if its last wake failed; `retryAtMs` is when the next may be tried. */
  readonly failure: { readonly failure: Failure; readonly retryAtMs: number } | undefined;
}

/** Everything on which a decision depends. */
export interface DecisionInput<Member extends MemberView> {
  readonly members: readonly Member[];
  readonly client: ClientKind;
  /** Set for a client that must not wake the route: the status that it gets instead. */
  readonly mustNotWake: AsleepStatus | undefined;
  readonly wake: "auto" | "page" | "hold";
  readonly holdTimeoutMs: number;
  /** How long this request has been held; 0: not at all. */
  readonly waitedMs: number;
  /** No further request may be held, for this route or in total. */
  readonly isQueueFull: boolean;
  readonly handler: HandlerTraits;
  readonly nowMs: number;
  /** Chooses one of the ready members; called with at least one. */
  pick(ready: readonly Member[]): Member;
}

/** Decides what a client gets, before and after a hold; nothing else does (docs/how-a-request-is-decided.md). */
export function decide<Member extends MemberView>(input: DecisionInput<Member>): Decision<Member> {
  const open = input.members.filter(isOpen);
  if (open.length === 0) return shut(input.members);

  const ready = open.filter(isReady);
  if (ready.length > 0) return forwardTo(input.pick(ready));

  const { mustNotWake, handler, nowMs } = input;
  // A client that must not wake it cannot retry the wake, so it sees the failure until another client does.
  const isFailed = mustNotWake === undefined ? (member: MemberView) => coolsDown(member, nowMs) : hasFailed;
  if (open.every(isFailed)) return failed(open, nowMs);
  if (mustNotWake !== undefined) {
    return { kind: "asleep", status: handler.relaysSuccess ? mustNotWake : 503, wake: false };
  }
  return wait(input);
}

function forwardTo<Member extends MemberView>(member: Member): Decision<Member> {
  const { gate } = member;
  return gate === undefined ? WAKING : { kind: "forward", member, gate, wake: false };
}

function wait(input: Omit<DecisionInput<MemberView>, "pick">): Decision<never> {
  const { client, wake, handler, holdTimeoutMs, waitedMs, isQueueFull } = input;
  const isBrowser = client === "navigation";
  if (wake === "page" || (isBrowser && wake === "auto")) return isBrowser ? PAGE : WAKING;
  const leftMs = handler.heldBefore ? 0 : Math.min(holdTimeoutMs, handler.maxHoldMs) - waitedMs;
  if (leftMs > 0) return isQueueFull ? FULL : { kind: "hold", maxMs: leftMs, wake: true };
  // A browser that was held up to the limit continues to wait on the page.
  if (isBrowser && (waitedMs > 0 || handler.heldBefore)) return PAGE;
  return waitedMs > 0 ? TIMED_OUT : WAKING;
}

/** A schedule opens by itself, so `offline` takes precedence over the suspension of other members. */
function shut(members: readonly MemberView[]): Decision<never> {
  if (members.length === 0) return UNKNOWN;
  const scheduled = members.filter(({ suspended }) => suspended === undefined);
  if (scheduled.length > 0) return offline(scheduled);
  const ends = members.flatMap(({ suspended }) => suspended?.untilMs ?? []);
  return { kind: "suspended", untilMs: ends.length === 0 ? undefined : Math.min(...ends), wake: false };
}

function offline(members: readonly MemberView[]): Decision<never> {
  const openings = members.flatMap(({ closedUntilMs }) => (closedUntilMs ? [closedUntilMs] : []));
  return { kind: "offline", untilMs: openings.length === 0 ? undefined : Math.min(...openings), wake: false };
}

function failed(members: readonly MemberView[], nowMs: number): Decision<never> {
  let soonest: { workload: string; failure: Failure; retryAtMs: number } | undefined;
  for (const { name, failure } of members) {
    if (failure === undefined || (soonest !== undefined && failure.retryAtMs >= soonest.retryAtMs)) continue;
    soonest = { workload: name, ...failure };
  }
  if (soonest === undefined) return UNKNOWN;
  const { workload, failure, retryAtMs } = soonest;
  return { kind: "failed", workload, failure, retryMs: Math.max(0, retryAtMs - nowMs), wake: false };
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

const PAGE: Decision<never> = Object.freeze({ kind: "page", wake: true });
const WAKING: Decision<never> = Object.freeze({ kind: "waking", wake: true });
const FULL: Decision<never> = Object.freeze({ kind: "full", wake: true });
const TIMED_OUT: Decision<never> = Object.freeze({ kind: "timed-out", wake: false });
const UNKNOWN: Decision<never> = Object.freeze({ kind: "unknown", wake: false });
