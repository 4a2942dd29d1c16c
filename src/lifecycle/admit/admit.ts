import { clientClass } from "../../core/client-class.ts";
import { decide, type MemberView } from "../../core/decide.ts";
import type { ClientKind, Decision, HandlerTraits, Forward, HoldOutcome, Refusal } from "../../core/decision.ts";
import type { WakeCause } from "../../core/events.ts";
import type { AsleepStatus, IgnoreRules } from "../../core/settings.ts";
import { failureOf } from "../workload/failure.ts";
import { hold, type HoldQueue } from "./hold.ts";
import type { LifecycleContext } from "../context.ts";
import { wakeOthers, wakeRoute } from "../wake/wake-route.ts";
import { type Lease, openLease, touch } from "../workload/lease.ts";
import { noteRequestedHost } from "../wake/probe-hosts.ts";
import type { LeaseKind, WorkloadRecord } from "../workload/record.ts";
import type { Route } from "./route.ts";
import { suspensionOf } from "../stop/suspension.ts";
import { noteFrontTraffic } from "../usage/sample.ts";

/** What a handler knows of a request. Strings come from a client as they are. */
export interface ClientRequest {
  readonly kind: ClientKind;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly address: string;
  /** It comes of a guess, and must not wake; it is use of an app that is awake. */
  readonly isPrefetch: boolean;
  /** The value of the group's sticky cookie. */
  readonly sticky: string | undefined;
  /** By which it came to its route; `undefined`: it has named that itself. */
  readonly host: string | undefined;
  /** Aborts when the client leaves. */
  readonly aborted: AbortSignal;
}

/** How a request may go on. `forward` comes with a lease that the handler must close (none in forward-auth mode). */
export type Admission =
  | {
      readonly kind: "forward";
      readonly forward: Forward;
      readonly record: WorkloadRecord;
      readonly lease: Lease | undefined;
      /** How long it had to wait, in milliseconds; 0: it was ready. */
      readonly waitedMs: number;
    }
  | {
      readonly kind: "refuse";
      readonly decision: Refusal;
      /** How long it was held, in milliseconds; 0: it was not. */
      readonly waitedMs: number;
    };

export interface Admitter {
  /** The whole way of a request from its route to its admission: decides, wakes, holds. */
  admit(route: Route, request: ClientRequest, handler: HandlerTraits, lease: LeaseKind | "none"): Promise<Admission>;
}

export interface AdmitterDeps {
  readonly context: LifecycleContext;
  readonly overall: HoldQueue;
  readonly matchesIgnore: (rules: IgnoreRules, request: ClientRequest) => boolean;
  /** Where a request for this host, or this route, goes after the last change; `undefined`: nowhere any more. */
  readonly currentRoute: (requested: Route, host: string | undefined) => Route | undefined;
}

/** Both handlers come here: it is the only way to a forward decision besides an open gate. */
export function createAdmitter({ context, overall, matchesIgnore, currentRoute }: AdmitterDeps): Admitter {
  const { clock } = context;

  async function admit(
    requested: Route,
    request: ClientRequest,
    handler: HandlerTraits,
    leaseKind: LeaseKind | "none",
  ): Promise<Admission> {
    const startedMs = clock.now();
    const waited = (): number => clock.now() - startedMs;
    const tell = (outcome: HoldOutcome): void =>
      context.emit({ type: "hold", host: requested.name, outcome, waitedMs: waited() });
    const rules = requested.members.find(({ settings: { ignore } }) => ignore && matchesIgnore(ignore, request))
      ?.settings.ignore;
    const mustNotWake = rules?.status ?? (request.isPrefetch ? 503 : undefined);
    if (!handler.seesTraffic) for (const member of requested.members) noteFrontTraffic(member, context.rearm);
    if (mustNotWake === undefined) arrive(requested);
    const current = (): Route | undefined => currentRoute(requested, request.host);
    const cause: WakeCause = handler.seesTraffic ? "request" : "auth";
    let tries = 0;
    // Also the first time: a request that was refused comes back with the route that it had then.
    for (let route = current(); route !== undefined; route = current(), tries += 1) {
      const decision = decideFor(route, request, handler, mustNotWake, waited());
      if (wakes(decision)) wakeRoute(context, route, cause);
      if (wakes(decision)) use(route, request);
      if (decision.kind !== "hold") {
        if (tries > 0) tell(decision.kind === "forward" ? "ready" : "failed");
        const waitedMs = tries === 0 ? 0 : waited();
        if (decision.kind !== "forward") return { kind: "refuse", decision, waitedMs };
        return forward(route, decision, rules === undefined ? request : undefined, leaseKind, waitedMs);
      }
      const queues = [route.queue, overall];
      const outcome = await hold(openMembers(route), queues, decision.maxMs - waited(), request.aborted, clock);
      use(route, request);
      for (const member of route.members) context.rearm(member); // whoever waited kept it from being idle, without a timer
      if (outcome === "full" || outcome === "gone" || outcome === "timed-out") {
        tell(outcome);
        const page = outcome === "timed-out" && request.kind === "navigation";
        const waitedMs = outcome === "full" && tries === 0 ? 0 : waited();
        return { kind: "refuse", decision: { kind: page ? "page" : outcome }, waitedMs };
      }
    }
    tell("failed"); // a reload has taken it away meanwhile
    return { kind: "refuse", decision: { kind: "unknown" }, waitedMs: waited() };
  }

  /** Undoes what is draining out of idleness, unless somebody else is ready for the request. */
  function arrive({ members }: Route): void {
    if (members.some(({ gate }) => gate !== undefined)) return;
    for (const member of members) context.dispatch(member, { type: "arrival" });
  }

  /** Who waits, or looks at the page, uses what they wait for. */
  function use({ members }: Route, request: ClientRequest): void {
    for (const member of members) {
      noteRequestedHost(member, request.host);
      member.lastClient = classOf(request);
      touch(member, clock);
    }
  }

  /** Those outside their window, or suspended, let nobody pass, however ready they are. */
  function openMembers({ members }: Route): readonly WorkloadRecord[] {
    const wall = clock.wall();
    return members.filter((member) => member.schedule?.isOpen(wall) !== false && suspensionOf(member) === undefined);
  }

  function decideFor(
    route: Route,
    request: ClientRequest,
    handler: HandlerTraits,
    mustNotWake: AsleepStatus | undefined,
    waitedMs: number,
  ): Decision {
    const wall = clock.wall();
    const [first] = route.members;
    const decision = decide({
      members: route.members.map((member) => viewOf(member, wall, clock.now())),
      client: request.kind,
      mustNotWake,
      wake: first?.settings.wake ?? "auto",
      holdTimeoutMs: first?.settings.holdTimeoutMs ?? 0,
      handler,
      nowMs: clock.now(),
      pick: (ready) => pickMember(route, ready, request.sticky),
    });
    const used = decision.kind === "hold" && waitedMs >= decision.maxMs;
    return used ? { kind: request.kind === "navigation" ? "page" : "waking" } : decision;
  }

  function forward(
    route: Route,
    decision: Forward,
    /** `undefined`: one that does not count as use. */
    request: ClientRequest | undefined,
    leaseKind: LeaseKind | "none",
    waitedMs: number,
  ): Admission {
    const record = route.members.find(({ name }) => name === decision.workload);
    if (record === undefined) return { kind: "refuse", decision: { kind: "unknown" }, waitedMs };
    const lease = leaseKind === "none" ? undefined : openLease(record, leaseKind, clock.now(), request === undefined);
    if (request !== undefined) record.lastClient = classOf(request);
    if (leaseKind === "none" && request !== undefined) touch(record, clock);
    if (route.group !== undefined) wakeOthers(context, route);
    return { kind: "forward", forward: decision, record, lease, waitedMs };
  }

  return { admit };
}

function classOf({ userAgent, kind }: ClientRequest): ReturnType<typeof clientClass> {
  return clientClass(userAgent, kind === "upgrade");
}

function wakes(decision: Decision): boolean {
  return decision.kind === "hold" || decision.kind === "page" || decision.kind === "waking";
}

function viewOf(member: WorkloadRecord, wallMs: number, nowMs: number): MemberView {
  const suspension = suspensionOf(member);
  const closed = member.schedule !== undefined && !member.schedule.isOpen(wallMs);
  return {
    name: member.name,
    gate: member.gate,
    closedUntilMs: closed ? (member.schedule?.nextStart(wallMs) ?? 0) : undefined,
    suspended: suspension && { untilMs: suspension.untilMs && suspension.untilMs - nowMs + wallMs },
    failure: failureOf(member),
  };
}

function pickMember(route: Route, ready: readonly MemberView[], sticky: string | undefined): MemberView {
  const candidates = ready.flatMap((view) => {
    const record = route.members.find(({ name }) => name === view.name);
    return record === undefined ? [] : [{ ...view, inFlight: record.leases, weight: record.settings.weight }];
  });
  const stuck = sticky === undefined ? undefined : candidates.find(({ name }) => name === sticky);
  const chosen = stuck ?? route.balance(candidates) ?? candidates[0];
  if (chosen === undefined) throw new TypeError("pickMember was called without a ready member");
  return chosen;
}
