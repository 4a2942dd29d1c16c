import { takeGate } from "../workload/gate.ts";
import { noteClient } from "../workload/activity.ts";
import type { Candidate } from "../../core/balance.ts";
import { decide, type MemberView, type DecisionInput } from "../../core/decide.ts";
import type { ClientKind, Decision, Denial, Gate, HandlerTraits, HoldOutcome, Refusal } from "../../core/decision.ts";
import type { WakeCause } from "../../core/wake-cause.ts";
import type { IgnoreRules } from "../../core/settings.ts";
import type { Clock } from "../ports.ts";
import { failureOfMember } from "../workload/silence.ts";
import { hold, type HoldQueue, isFull } from "./hold.ts";
import type { LifecycleContext } from "../context.ts";
import { wakeOthers, wakeRoute } from "../wake/wake-route.ts";
import { type Lease, openLease, openQuietLease, touch } from "../workload/lease.ts";
import { noteRequestedHost } from "../wake/probe-hosts.ts";
import type { LeaseKind } from "../workload/parts/use.ts";
import type { RouteMember, WorkloadRecord } from "../workload/record.ts";
import { pinnedGate, pinnedMember } from "./pin.ts";
import type { Route } from "./route.ts";
import { suspensionOf } from "../stop/suspension.ts";
import { noteFrontTraffic } from "../usage/sample.ts";

/** What a handler knows about a request. All strings are as the client sent them. */
export interface ClientRequest {
  readonly kind: ClientKind;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly address: string;
  /** A prefetch must not wake an app, but counts as use of an app that is awake. */
  readonly isPrefetch: boolean;
  /** The value of the route's sticky cookie. */
  readonly sticky: string | undefined;
  /** The host by which its route was found; `undefined`: the request named the route itself. */
  readonly host: string | undefined;
  /** Aborts when the client disconnects. */
  readonly aborted: AbortSignal;
}

/** What happens to a request. With `forward` the handler must close the lease (forward-auth has none). */
export type Admission =
  | {
      readonly kind: "forward";
      readonly forward: Gate;
      readonly record: WorkloadRecord;
      readonly lease: Lease | undefined;
      /** The request counts as use, because no `ignore` rule matches. */
      readonly isUse: boolean;
      /** How long the request was held; 0: not at all. */
      readonly waitedMs: number;
    }
  | {
      readonly kind: "refuse";
      readonly decision: Refusal;
      /** How long the request was held; 0: not at all. */
      readonly waitedMs: number;
    };

/** Decides about requests, wakes their routes and holds them. */
export interface Admitter {
  /** Returns what happens to a request, after a wake and a hold if necessary. */
  admit(route: Route, request: ClientRequest, handler: HandlerTraits, lease: LeaseKind | "none"): Promise<Admission>;
}

/** What an admitter needs. */
export interface AdmitterDeps {
  readonly context: LifecycleContext;
  readonly overall: HoldQueue;
  readonly matchesIgnore: (rules: IgnoreRules, request: ClientRequest) => boolean;
  /** Returns the current route of a request, which may have changed; `undefined` if there is none any more. */
  readonly currentRoute: (requested: Route, host: string | undefined) => Route | undefined;
}

/** Creates the admitter, which both handlers use: apart from an open gate, only it lets a request pass. */
export function createAdmitter({ context, overall, matchesIgnore, currentRoute }: AdmitterDeps): Admitter {
  const { clock } = context;

  async function admit(
    requested: Route,
    request: ClientRequest,
    handler: HandlerTraits,
    leaseKind: LeaseKind | "none",
  ): Promise<Admission> {
    const startedMs = clock.now();
    const rules = requested.members.find(({ settings: { ignore } }) => ignore && matchesIgnore(ignore, request))
      ?.settings.ignore;
    const terms = { request, isUse: rules === undefined, leaseKind };
    const mustNotWake = rules?.status ?? (request.isPrefetch ? 503 : undefined);
    if (!handler.seesTraffic) for (const member of requested.members) noteFrontTraffic(member, handler, context.rearm);
    if (mustNotWake === undefined) undoIdleStop(context, requested);
    const cause: WakeCause = handler.seesTraffic ? "request" : "auth";
    let waitedMs = 0;
    let wasHeld = false;

    function refuse(decision: Refusal, outcome: HoldOutcome): Admission {
      if (wasHeld || outcome === "full") {
        context.emit({ type: "hold", host: requested.name, outcome, waitedMs });
      }
      return { kind: "refuse", decision, waitedMs };
    }

    // Looked up before the first decision too, because a request that the app refused still has its former route.
    let route = currentRoute(requested, request.host);
    for (; route !== undefined; route = currentRoute(route, request.host)) {
      const queues = [route.queue, overall];
      const decision = decideFor(context, route, request, {
        handler,
        mustNotWake,
        waitedMs,
        isQueueFull: isFull(queues),
      });
      if (decision.wake) wakeRoute(context, route, cause);
      if (decision.wake) use(context, route, request);
      if (decision.kind === "forward") {
        if (wasHeld) context.emit({ type: "hold", host: requested.name, outcome: "ready", waitedMs });
        return forward(context, route, decision.member, { ...terms, waitedMs });
      }
      if (decision.kind !== "hold") return refuse(decision, outcomeOf(decision));
      wasHeld = true;
      const outcome = await hold(openMembers(route, clock.wall()), queues, {
        ms: decision.maxMs,
        aborted: request.aborted,
        clock,
      });
      waitedMs = clock.now() - startedMs;
      use(context, route, request);
      for (const member of route.members) context.rearm(member); // while requests are held there is no idle timer
      if (outcome === "gone") return refuse(GONE, "gone");
    }
    return refuse(UNKNOWN, "failed"); // a reload has removed the route
  }

  return { admit };
}

/** Undoes an idle drain, unless another member is ready for the request. */
function undoIdleStop(context: LifecycleContext, { members, memberPorts }: Route): void {
  if (memberPorts.some(({ port }) => port.gate !== undefined)) return;
  for (const member of members) context.dispatch(member, { type: "arrival" });
}

/** Waiting for a workload, or watching its page, counts as activity. */
function use({ clock }: LifecycleContext, { members }: Route, request: ClientRequest): void {
  for (const member of members) {
    noteRequestedHost(member, request.host);
    noteClient(member, request.userAgent, request.kind === "upgrade");
    touch(member, clock);
  }
}

/** Returns the members that are neither outside their schedule nor suspended. */
function openMembers({ memberPorts }: Route, wall: number): readonly RouteMember[] {
  return memberPorts.filter(
    ({ record }) => record.schedule?.isOpen(wall) !== false && suspensionOf(record) === undefined,
  );
}

function decideFor(
  { clock }: LifecycleContext,
  route: Route,
  request: ClientRequest,
  terms: Terms,
): Decision<MemberOfRoute> {
  const wall = clock.wall();
  const now = clock.now();
  const [first] = route.members;
  const decision = decide({
    ...terms,
    members: route.memberPorts.map((member) => viewOf(member, wall, clock)),
    client: request.kind,
    wake: first?.settings.wake ?? "auto",
    holdTimeoutMs: first?.settings.holdTimeoutMs ?? 0,
    nowMs: now,
    pick: (ready) => pickMember(route, ready, request.sticky),
  });
  if (decision.kind !== "forward" || !isSentElsewhere(decision.member.record, terms, now)) return decision;
  return { kind: "waking", wake: true };
}

/** Returns whether the front would send a held request to the address that it knew when the request arrived. */
function isSentElsewhere({ newAddressMs }: WorkloadRecord, { handler, waitedMs }: Terms, now: number): boolean {
  return handler.findsAddresses === true && waitedMs > 0 && now - waitedMs < newAddressMs;
}

interface ForwardTerms {
  readonly request: ClientRequest;
  /** The request counts as use. */
  readonly isUse: boolean;
  readonly leaseKind: LeaseKind | "none";
  readonly waitedMs: number;
}

function forward(
  context: LifecycleContext,
  route: Route,
  { record, port }: RouteMember,
  { request, isUse, leaseKind, waitedMs }: ForwardTerms,
): Admission {
  const { clock } = context;
  if (port.gate === undefined) throw new TypeError(`a request was let in to ${record.name}, which is not ready`);
  const gate = pinnedGate(port.gate, request.sticky) ?? takeGate(port, port.gate);
  const lease = leaseKind === "none" ? undefined : open(record, leaseKind, gate);
  if (isUse) noteClient(record, request.userAgent, request.kind === "upgrade");
  if (leaseKind === "none" && isUse) touch(record, clock);
  if (route.group !== undefined) wakeOthers(context, route);
  return { kind: "forward", forward: gate, record, lease, isUse, waitedMs };

  function open(of: WorkloadRecord, kind: LeaseKind, to: Gate): Lease {
    return isUse ? openLease(of, kind, clock.now(), to) : openQuietLease(of, kind, to);
  }
}

/** The arguments of `decide` that depend on neither the client nor the route. */
type Terms = Pick<DecisionInput<MemberOfRoute>, "handler" | "mustNotWake" | "waitedMs" | "isQueueFull">;

interface MemberOfRoute extends MemberView, Candidate, RouteMember {}

const GONE: Refusal = Object.freeze({ kind: "gone" });
const UNKNOWN: Refusal = Object.freeze({ kind: "unknown" });

/** Returns how the hold of a refused request ended. */
function outcomeOf({ kind }: Denial): HoldOutcome {
  if (kind === "full") return "full";
  return kind === "timed-out" || kind === "page" ? "timed-out" : "failed";
}

function viewOf({ record, port }: RouteMember, wallMs: number, clock: Clock): MemberOfRoute {
  const { name, schedule, leases, settings } = record;
  const suspension = suspensionOf(record);
  const closed = schedule !== undefined && !schedule.isOpen(wallMs);
  return {
    name,
    gate: port.gate,
    closedUntilMs: closed ? (schedule.nextStart(wallMs) ?? 0) : undefined,
    suspended: suspension && { untilMs: suspension.untilMs && suspension.untilMs - clock.now() + wallMs },
    failure: failureOfMember({ record, port }, clock),
    inFlight: leases,
    weight: settings.weight,
    record,
    port,
  };
}

function pickMember(route: Route, ready: readonly MemberOfRoute[], sticky: string | undefined): MemberOfRoute {
  const pinned = pinnedMember(sticky);
  const stuck = pinned === undefined ? undefined : ready.find(({ name }) => name === pinned);
  const chosen = stuck ?? route.balance(ready) ?? ready[0];
  if (chosen === undefined) throw new TypeError("pickMember was called without a ready member");
  return chosen;
}
