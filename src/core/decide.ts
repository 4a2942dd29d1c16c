import type { ClientKind, Decision, DoorTraits, Failure, Forward } from "./decision.ts";

/** What `decide` needs to know of one member of a route at this moment. */
export interface MemberView {
  readonly name: string;
  /** Set while it is ready together with everything it depends on. */
  readonly gate: Forward | undefined;
  /** Outside its schedule window: when that opens (0: nobody knows). `undefined` inside. */
  readonly closedUntilMs: number | undefined;
  /** A failed wake that still cools down. */
  readonly failure: { readonly failure: Failure; readonly retryAtMs: number } | undefined;
}

export interface Question {
  readonly members: readonly MemberView[];
  readonly client: ClientKind;
  /** A must-not-wake rule matches. */
  readonly ignored: boolean;
  readonly wake: "auto" | "page" | "hold";
  readonly holdTimeoutMs: number;
  readonly door: DoorTraits;
  readonly nowMs: number;
  /** Chooses among ready members; never called with none. */
  pick(ready: readonly MemberView[]): MemberView;
}

/** The one place where it is settled what a client gets (protocol.md, "The way of a request"). */
export function decide(question: Question): Decision {
  const open = question.members.filter(isOpen);
  if (open.length === 0) return offline(question.members);

  const ready = open.filter(isReady);
  if (ready.length > 0) return question.pick(ready).gate ?? UNREACHABLE;

  if (question.ignored) return ASLEEP;
  if (open.every((member) => coolsDown(member, question.nowMs))) return failed(open, question.nowMs);
  return wait(question);
}

function wait({ client, wake, door, holdTimeoutMs }: Question): Decision {
  if (wake === "page") return client === "navigation" ? PAGE : WAKING;
  if (client === "navigation" && wake === "auto") return PAGE;
  const maxMs = Math.min(holdTimeoutMs, door.maxHoldMs);
  return maxMs > 0 ? { kind: "hold", maxMs } : WAKING;
}

function offline(members: readonly MemberView[]): Decision {
  if (members.length === 0) return UNKNOWN;
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
  return member.closedUntilMs === undefined;
}

function isReady(member: MemberView): boolean {
  return member.gate !== undefined;
}

function coolsDown({ failure }: MemberView, nowMs: number): boolean {
  return failure !== undefined && nowMs < failure.retryAtMs;
}

const PAGE: Decision = Object.freeze({ kind: "page" });
const WAKING: Decision = Object.freeze({ kind: "waking" });
const ASLEEP: Decision = Object.freeze({ kind: "asleep" });
const UNKNOWN: Decision = Object.freeze({ kind: "unknown" });
const UNREACHABLE = WAKING;
