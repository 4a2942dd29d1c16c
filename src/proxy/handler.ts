import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { clientClass } from "../core/client-class.ts";
import { classifyClient } from "../core/client.ts";
import type { HandlerTraits, Forward } from "../core/decision.ts";
import type { Endpoint } from "../core/observation.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import { isPrefetch } from "../core/prefetch.ts";
import { CONFLICT, requestHost } from "../core/request-host.ts";
import type { Admission, ClientRequest, Admitter } from "../lifecycle/admit/admit.ts";
import { noteFirstAnswer } from "../lifecycle/wake/first-answer.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import { closeLease, type Lease, openLease } from "../lifecycle/workload/lease.ts";
import { noteGoodHost } from "../lifecycle/wake/probe-hosts.ts";
import type { WorkloadRecord } from "../lifecycle/workload/record.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import { watchAbort } from "../http1/watch-abort.ts";
import type { Forwarder, ForwardOutcome } from "./forwarder.ts";
import { isolateAsync } from "../core/isolate.ts";
import { isUnanswered, isWell, mayTryAgain, statusOf } from "./outcome.ts";
import { stickyCookie, stickyMember } from "./sticky.ts";

/** Our own proxy can hold a request for any time and sees every byte. */
export const PROXY_TRAITS: HandlerTraits = Object.freeze({
  maxHoldMs: Number.POSITIVE_INFINITY,
  seesTraffic: true,
  relaysSuccess: true,
});

/** How often a request whose upstream refused it may be admitted anew. */
const MOST_TRIES = 4;

export interface ProxyHandlerDeps {
  readonly context: LifecycleContext;
  readonly admitter: Admitter;
  readonly forwarder: Forwarder;
  /** Counts an answer; called once per request, with the time from its begin: the wait for a wake is part of that. */
  readonly count: (workload: string, status: number, durationMs: number) => void;
  readonly addressOf: (req: IncomingMessage) => string;
  /** Writes what a refused request gets; resolves with its status. */
  readonly refuse: (refused: Refused, route: Route, req: IncomingMessage, res: ServerResponse) => Promise<number>;
  readonly refuseUpgrade: (refused: Refused, route: Route, req: IncomingMessage, socket: Duplex) => Promise<number>;
}

export type Refused = Extract<Admission, { kind: "refuse" }>;

export interface ProxyHandler {
  /** The ready path of a simple request; false: it must wait or get another response, and nothing was done. */
  simple(route: Route, request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean;
  request(route: Route, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: Route, req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** A request that is to be admitted, for the first time or anew. */
interface Arrival {
  readonly route: Route;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly tries: number;
}

interface UpgradeArrival extends Omit<Arrival, "res"> {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What an admitted request goes on with. */
interface Passage {
  readonly record: WorkloadRecord;
  readonly forward: Forward;
  readonly lease: Lease;
  readonly waitedMs: number;
  readonly extraHeaders?: readonly string[] | undefined;
}

/** Forwards what may go on at once; everybody else waits, or gets what the one decision says. */
export function createProxyHandler(deps: ProxyHandlerDeps): ProxyHandler {
  const { context, admitter, forwarder, count } = deps;

  function simple(route: Route, asked: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean {
    const { single } = route;
    if (single?.gate === undefined) return false;
    const { to } = single.gate;
    const { host } = asked;
    single.lastClient = clientClass(asked.userAgent, false);
    const startedMs = context.clock.now();
    const lease = openLease(single, "request", startedMs);
    const onEnd = (outcome: ForwardOutcome): void => {
      closeLease(lease, context.clock, context.rearm);
      if (single.heardFrom !== to) hear(single, to, outcome);
      if (outcome.kind === "refused") {
        context.dispatch(single, { type: "refused", endpoint: to });
        client.passToNode();
        return;
      }
      if (outcome.kind === "failed")
        client.passToNode((req, res) => refuseBroken(brokenAfter(outcome, 0), route, req, res));
      if (isWell(outcome)) noteGoodHost(single, host);
      count(single.name, statusOf(outcome), context.clock.now() - startedMs);
    };
    forwarder.forwardSimple({ request: asked, body, client, to, passHost: single.settings.passHost, onEnd });
    return true;
  }

  function request(route: Route, req: IncomingMessage, res: ServerResponse): void {
    const { single } = route;
    // The ready path: nothing is decided or allocated here but the lease.
    if (single?.gate !== undefined) {
      single.lastClient = clientClass(req.headers["user-agent"], false);
      const lease = openLease(single, "request", context.clock.now());
      pass({ route, req, res, tries: 1 }, { record: single, forward: single.gate, lease, waitedMs: 0 });
    } else isolateAsync(req.socket, admitRequest({ route, req, res, tries: 1 }));
  }

  async function admitRequest(arrival: Arrival): Promise<void> {
    const { route, req, res } = arrival;
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    res.once("close", leave);
    const startedMs = context.clock.now();
    const admission = await admitter.admit(route, clientRequest(req, route, gone.signal), PROXY_TRAITS, "request");
    res.off("close", leave);
    if (admission.kind === "forward") {
      const { record, forward, lease, waitedMs } = admission;
      if (lease === undefined) return;
      const extraHeaders = answerHeaders(route, record, req, waitedMs);
      pass(arrival, { record, forward, lease, waitedMs, extraHeaders });
      return;
    }
    const status = await deps.refuse(admission, route, req, res);
    count(nameOf(route), status, context.clock.now() - startedMs);
  }

  function pass(arrival: Arrival, { record, forward: { to }, lease, waitedMs, extraHeaders }: Passage): void {
    const { route, req, res, tries } = arrival;
    const startedMs = context.clock.now();
    const onEnd = (outcome: ForwardOutcome): void => {
      closeLease(lease, context.clock, context.rearm);
      if (record.heardFrom !== to) hear(record, to, outcome);
      if (outcome.kind === "refused") context.dispatch(record, { type: "refused", endpoint: to });
      if (mayTryAgain(outcome) && tries < MOST_TRIES) {
        isolateAsync(req.socket, admitRequest({ ...arrival, tries: tries + 1 }));
        return;
      }
      if (isUnanswered(outcome)) refuseBroken(brokenAfter(outcome, waitedMs), route, req, res);
      if (isWell(outcome)) noteGoodHost(record, req.headers.host);
      count(record.name, statusOf(outcome), context.clock.now() - startedMs + waitedMs);
    };
    forwarder.forward({ req, res, to, passHost: record.settings.passHost, extraHeaders, onEnd });
  }

  function upgrade(route: Route, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    isolateAsync(socket, admitUpgrade({ route, req, socket, head, tries: 1 }));
  }

  async function admitUpgrade(arrival: UpgradeArrival): Promise<void> {
    const { route, req, socket, head, tries } = arrival;
    const leaving = watchAbort(socket);
    const admission = await admitter.admit(route, clientRequest(req, route, leaving.signal), PROXY_TRAITS, "tunnel");
    leaving.stop();
    if (admission.kind === "refuse") {
      const status = await deps.refuseUpgrade(admission, route, req, socket);
      count(nameOf(route), status, admission.waitedMs);
      return;
    }
    const { record, lease, forward, waitedMs } = admission;
    if (lease === undefined) return;
    const startedMs = context.clock.now();
    const extraHeaders = answerHeaders(route, record, req, waitedMs);
    const onEnd = (outcome: ForwardOutcome): void => {
      closeLease(lease, context.clock, context.rearm);
      if (record.heardFrom !== forward.to) hear(record, forward.to, outcome);
      if (outcome.kind === "refused") context.dispatch(record, { type: "refused", endpoint: forward.to });
      if (mayTryAgain(outcome) && tries < MOST_TRIES) {
        isolateAsync(socket, admitUpgrade({ ...arrival, tries: tries + 1 }));
        return;
      }
      if (isUnanswered(outcome))
        isolateAsync(socket, deps.refuseUpgrade(brokenAfter(outcome, waitedMs), route, req, socket));
      count(record.name, statusOf(outcome), context.clock.now() - startedMs + waitedMs);
    };
    const { passHost } = record.settings;
    forwarder.upgrade({ req, socket, head, to: forward.to, passHost, extraHeaders, onEnd });
  }

  function hear(record: WorkloadRecord, to: Endpoint, outcome: ForwardOutcome): void {
    if (outcome.kind === "done") noteFirstAnswer(context, record, to, outcome.status);
    else if (outcome.kind === "failed") noteFirstAnswer(context, record, to, undefined);
  }

  function refuseBroken(refused: Refused, route: Route, req: IncomingMessage, res: ServerResponse): void {
    isolateAsync(req.socket, deps.refuse(refused, route, req, res));
  }

  function clientRequest(req: IncomingMessage, route: Route, gone: AbortSignal): ClientRequest {
    const { method = "GET", headers, url = "/" } = req;
    const host = requestHost(url, req.rawHeaders);
    return {
      kind: classifyClient(method, headers),
      method,
      path: url,
      userAgent: headers["user-agent"] ?? "",
      address: deps.addressOf(req),
      isPrefetch: isPrefetch(method, headers),
      sticky: stickyMember(route, headers.cookie),
      host: host === CONFLICT ? undefined : host,
      gone,
    };
  }

  return { simple, request, upgrade };
}

/** What is added to the app's answer: after a wait how long it was, and the cookie of a sticky group. */
function answerHeaders(
  route: Route,
  record: WorkloadRecord,
  req: IncomingMessage,
  waitedMs: number,
): readonly string[] | undefined {
  const cookie = stickyCookie(route, record, req.headers.cookie);
  if (waitedMs <= 0 && cookie === undefined) return undefined;
  return [...waitHeaders(waitedMs), ...(cookie === undefined ? [] : ["Set-Cookie", cookie])];
}

function brokenAfter(outcome: ForwardOutcome, waitedMs: number): Refused {
  const why = outcome.kind === "failed" ? outcome.why : undefined;
  return { kind: "refuse", decision: { kind: "broken", why }, waitedMs };
}

function nameOf({ members, name }: Route): string {
  return members[0]?.name ?? name;
}
