import { takeGate } from "../lifecycle/workload/gate.ts";
import { noteClient } from "../lifecycle/workload/activity.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HandlerTraits } from "../core/decision.ts";
import { isolateAsync } from "../core/isolate.ts";
import type { Endpoint } from "../core/observation.ts";
import type { ClientConnection } from "../http1/client-connection.ts";
import type { SimpleRequest } from "../http1/simple-request.ts";
import type { Admission, Admitter } from "../lifecycle/admit/admit.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { LifecycleContext } from "../lifecycle/context.ts";
import { noteFirstAnswer } from "../lifecycle/wake/first-answer.ts";
import { noteGoodHost } from "../lifecycle/wake/probe-hosts.ts";
import { closeLease, type Lease, openLease } from "../lifecycle/workload/lease.ts";
import { portTo } from "../lifecycle/workload/ports-of.ts";
import type { AnswerRefusal } from "../respond/refusal.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import { type Arrival, RequestArrival, UpgradeArrival } from "./arrival.ts";
import { clientOf, clientRequest, stickyCookie } from "./client-request.ts";
import type { Forwarder } from "./forwarder.ts";
import { isWell, statusOf, type ForwardOutcome } from "./outcome.ts";

/** Our own proxy can hold a request for any time and sees every byte. */
export const PROXY_TRAITS: HandlerTraits = Object.freeze({
  maxHoldMs: Number.POSITIVE_INFINITY,
  seesTraffic: true,
  relaysSuccess: true,
});

/** How often a request is admitted again after its upstream refused it. */
const MOST_TRIES = 4;

export interface ProxyHandlerDeps {
  readonly context: LifecycleContext;
  readonly admitter: Admitter;
  readonly forwarder: Forwarder;
  readonly answerRefusal: AnswerRefusal<Route>;
  /** Counts a response; called once per request, with the time since its start, including the wait for a wake. */
  readonly count: (workload: string, status: number, durationMs: number) => void;
  readonly addressOf: (req: IncomingMessage) => string;
}

type Refused = Omit<Extract<Admission, { kind: "refuse" }>, "kind">;

export interface ProxyHandler {
  /** The ready path of a simple request; false: it must wait or get another response, and nothing was done. */
  simple(route: Route, request: SimpleRequest, body: Buffer | undefined, client: ClientConnection): boolean;
  request(route: Route, req: IncomingMessage, res: ServerResponse): void;
  upgrade(route: Route, req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Forwards an admitted request; any other waits or gets the decided response. */
export function createProxyHandler(deps: ProxyHandlerDeps): ProxyHandler {
  const { context, forwarder, count } = deps;

  /** Opens a lease if the gate of a route's only workload is open: no decision is needed. */
  function enter({ single }: Route, userAgent: string | undefined): Passage | undefined {
    const open = single?.port.gate;
    if (open === undefined || single === undefined) return undefined;
    const gate = takeGate(single.port, open);
    noteClient(single.record, userAgent, false);
    const startedMs = context.clock.now();
    const lease = openLease(single.record, "request", startedMs, gate);
    return { lease, to: gate.to, startedMs, waitedMs: 0, extraHeaders: undefined };
  }

  return {
    simple(route, request, body, client) {
      const passage = enter(route, request.userAgent);
      if (passage === undefined) return false;
      const { lease, to, startedMs } = passage;
      const { record } = lease;
      const { host } = request;
      const onEnd = (outcome: ForwardOutcome): void => {
        endPassage(context, lease, to, outcome);
        if (outcome.kind === "refused") return client.passToNode();
        if (outcome.kind === "failed")
          client.passToNode((req, res) => refuseBroken(deps, new RequestArrival(route, req, res), outcome, 0));
        if (isWell(outcome)) noteGoodHost(record, host);
        return count(record.name, statusOf(outcome), context.clock.now() - startedMs);
      };
      forwarder.forwardSimple({ request, body, client, to, passHost: record.settings.passHost, onEnd });
      return true;
    },
    request(route, req, res) {
      const arrival = new RequestArrival(route, req, res);
      const passage = enter(route, req.headers["user-agent"]);
      if (passage === undefined) isolateAsync(req.socket, admit(deps, arrival));
      else forward(deps, arrival, passage);
    },
    upgrade(route, req, socket, head) {
      isolateAsync(socket, admit(deps, new UpgradeArrival(route, req, socket, head)));
    },
  };
}

async function admit(deps: ProxyHandlerDeps, arrival: Arrival): Promise<void> {
  const { context, admitter, addressOf, count } = deps;
  const { route, req, leaseKind } = arrival;
  const startedMs = context.clock.now();
  const leaving = arrival.watch();
  const client = clientRequest(req, route, { address: addressOf(req), aborted: leaving.signal });
  const admission = await admitter.admit(route, client, PROXY_TRAITS, leaseKind);
  leaving.stop();
  if (admission.kind === "refuse") {
    const status = await refuse(deps, arrival, admission);
    const name = route.members[0]?.name ?? route.name;
    return count(name, status, context.clock.now() - startedMs);
  }
  const { lease, waitedMs } = admission;
  if (lease === undefined) return undefined;
  const extraHeaders = answerHeaders(route, admission, req);
  const { to } = admission.forward;
  return forward(deps, arrival, { lease, to, startedMs: context.clock.now(), waitedMs, extraHeaders });
}

/** How an admitted request continues. */
interface Passage {
  readonly lease: Lease;
  readonly to: Endpoint;
  readonly startedMs: number;
  readonly waitedMs: number;
  readonly extraHeaders: readonly string[] | undefined;
}

function forward(deps: ProxyHandlerDeps, arrival: Arrival, passage: Passage): void {
  const { context, forwarder, count } = deps;
  const { lease, to, startedMs, waitedMs, extraHeaders } = passage;
  const { record } = lease;
  const onEnd = (outcome: ForwardOutcome): void => {
    endPassage(context, lease, to, outcome);
    if (outcome.kind === "refused" && arrival.tries < MOST_TRIES) {
      arrival.tries += 1;
      isolateAsync(arrival.connection, admit(deps, arrival));
      return;
    }
    if (outcome.kind === "refused" || outcome.kind === "failed") refuseBroken(deps, arrival, outcome, waitedMs);
    if (isWell(outcome)) noteGoodHost(record, arrival.req.headers.host);
    count(record.name, statusOf(outcome), context.clock.now() - startedMs + waitedMs);
  };
  arrival.forward(forwarder, { to, passHost: record.settings.passHost, extraHeaders, onEnd });
}

/** Records what every forwarded request leaves behind. */
function endPassage(context: LifecycleContext, lease: Lease, to: Endpoint, outcome: ForwardOutcome): void {
  const { record } = lease;
  closeLease(lease, context.clock, context.rearm);
  if (portTo(record, to).heardFrom !== to) {
    if (outcome.kind === "done") noteFirstAnswer(context, record, to, outcome.status);
    else if (outcome.kind === "failed") noteFirstAnswer(context, record, to, undefined);
  }
  if (outcome.kind === "refused") context.dispatch(record, { type: "refused", endpoint: to });
}

/** Responds to a request whose upstream could not be reached, or broke before its response. */
function refuseBroken(deps: ProxyHandlerDeps, arrival: Arrival, outcome: ForwardOutcome, waitedMs: number): void {
  const why = outcome.kind === "failed" ? outcome.why : undefined;
  const refused = { decision: { kind: "broken", why }, waitedMs } as const;
  isolateAsync(arrival.connection, refuse(deps, arrival, refused));
}

/** Responds to a refused request; resolves with the status, 499 when the client has left. */
async function refuse(
  { answerRefusal }: ProxyHandlerDeps,
  arrival: Arrival,
  { decision, waitedMs }: Refused,
): Promise<number> {
  if (arrival.isAbandoned || decision.kind === "gone") {
    arrival.abandon();
    return CLIENT_LEFT;
  }
  const answer = await answerRefusal(decision, arrival.route, clientOf(arrival.req), "proxy");
  arrival.respond(answer, waitHeaders(waitedMs));
  return answer.status;
}

const CLIENT_LEFT = 499;

/** Returns the fields added to the app's response: the time it was held, and the cookie of a sticky route. */
function answerHeaders(
  route: Route,
  { record, forward: gate, waitedMs }: Extract<Admission, { kind: "forward" }>,
  req: IncomingMessage,
): readonly string[] | undefined {
  const cookie = stickyCookie(route, { record, gate }, req.headers.cookie);
  if (waitedMs <= 0 && cookie === undefined) return undefined;
  return [...waitHeaders(waitedMs), ...(cookie === undefined ? [] : ["Set-Cookie", cookie])];
}
