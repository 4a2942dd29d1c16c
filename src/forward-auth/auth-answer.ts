import type { IncomingMessage } from "node:http";
import type { HandlerTraits } from "../core/decision.ts";
import { plainAddress } from "../core/plain-address.ts";
import { isPrefetch } from "../core/prefetch.ts";
import { requestPath } from "../core/request-host.ts";
import type { ClientRequest } from "../lifecycle/admit/admit.ts";
import { noteReuse } from "../lifecycle/stop/reuse.ts";
import { noteFirstPass } from "../lifecycle/wake/first-answer.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { routeFacts } from "../lifecycle/admit/refused-route.ts";
import { type Route, routeNamed, type Routes } from "../lifecycle/admit/route.ts";
import { portTo } from "../lifecycle/workload/ports-of.ts";
import type { Answer } from "../respond/answer.ts";
import type { AnswerRefusal } from "../respond/refusal.ts";
import type { Responder } from "../respond/responder.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import { allowedAnswer, PASSED } from "./allowed.ts";
import type { ForwardedRequest, Front } from "./front.ts";
import { noteStream, streamSigns } from "./note-stream.ts";
import { isAcmeChallenge, type Poll, readPoll } from "./own-paths.ts";
import { answerPoll, type PollDeps } from "./polls.ts";
import { clientOf, readyAnswer } from "./ready-answer.ts";

/** What the answers to auth requests need. */
export interface AuthDeps extends PollDeps {
  readonly lifecycle: Pick<Lifecycle, "admit" | "routes" | "context">;
  readonly answerRefusal: AnswerRefusal<Route>;
  /** Returns whether a peer may send auth requests and forwarded fields. */
  readonly isTrusted: (address: string) => boolean;
  /** Returns the client's address; behind a trusted peer, that from its `X-Forwarded-For`. */
  readonly addressOf: (req: IncomingMessage) => string;
}

/** The answer to a front, and the label under which it is counted. */
export interface AuthAnswer {
  readonly answer: Answer;
  readonly counted: string;
  /** Further fields, flat. */
  readonly extra?: readonly string[];
}

/** An auth request. */
export interface AuthRequest {
  readonly front: Front;
  readonly req: IncomingMessage;
  /** The part of the path after `/_auth/NAME`. */
  readonly path: string;
  /** Aborts when the front disconnects. */
  readonly aborted: AbortSignal;
}

/** A valid auth request with its route. */
interface UnderstoodRequest extends AuthRequest {
  readonly forwarded: ForwardedRequest;
  readonly route: Route;
}

/**
 * Answers an auth request that needs more than an open gate. Resolves with `undefined` if the front has disconnected.
 */
export async function answerAuthRequest(deps: AuthDeps, request: AuthRequest): Promise<AuthAnswer | undefined> {
  const { lifecycle, responder, isTrusted } = deps;
  const { front, req, path } = request;
  const peer = req.socket.remoteAddress ?? "";
  if (!isTrusted(peer)) return { answer: strangerAnswer(responder(), peer), counted: "untrusted" };
  const forwarded = front.read(req, path);
  if ("code" in forwarded) {
    const answer = responder().problem(forwarded.code, { detail: forwarded.detail }, PROGRAM);
    return { answer: isPage(path) ? answer : front.refusal(answer), counted: "invalid" };
  }

  const target = requestPath(forwarded.uri);
  const pass = (counted: string): AuthAnswer =>
    forwarded.about === "page" ? noPage(responder(), req, forwarded, counted) : { answer: PASSED, counted };
  if (isAcmeChallenge(target)) return pass("passed");
  const routes = lifecycle.routes();
  const route = routeOf(forwarded, routes);
  if (route === undefined) return pass("unknown");

  const poll = readPoll(forwarded, target, route, routes);
  if (poll !== undefined) return answerToPoll(deps, { ...request, forwarded, route }, poll);
  return forwarded.about === "page"
    ? answerPage(deps, { ...request, forwarded, route })
    : answerAccess(deps, { ...request, forwarded, route });
}

async function answerAccess(deps: AuthDeps, request: UnderstoodRequest): Promise<AuthAnswer | undefined> {
  const { lifecycle, answerRefusal } = deps;
  const { front, req, forwarded, route } = request;
  const admission = await lifecycle.admit(route, clientRequest(deps, request), front.traits, "none");
  if (admission.kind === "forward") {
    const { record, forward, waitedMs } = admission;
    if (portTo(record, forward.to).heardFrom !== forward.to) noteFirstPass(lifecycle.context, record, forward.to);
    noteStream(record, streamSigns(req.headers), lifecycle.context.clock.now());
    const extra = waitHeaders(waitedMs);
    // If this request does not count as use, a reuse would hide others that do; after a wait, it would repeat the wait
    // fields.
    const reuseSeconds = admission.isUse && extra.length === 0 ? front.reuseSeconds : undefined;
    if (reuseSeconds !== undefined) noteReuse(record, reuseSeconds, lifecycle.context.clock);
    return { answer: allowedAnswer(forward, reuseSeconds), counted: extra.length > 0 ? "held" : "allowed", extra };
  }
  const { decision, waitedMs } = admission;
  if (decision.kind === "gone") return undefined;
  if (front.bareRefusal !== undefined) return { answer: front.bareRefusal, counted: decision.kind };
  const answer = await answerRefusal(decision, route, clientOf(req, forwarded), "forward-auth");
  return { answer: front.refusal(answer), counted: decision.kind, extra: waitHeaders(waitedMs) };
}

/** The auth request was already held, so this one is not held again. */
async function answerPage(deps: AuthDeps, request: UnderstoodRequest): Promise<AuthAnswer | undefined> {
  const { lifecycle, responder, answerRefusal } = deps;
  const { front, req, forwarded, route, aborted } = request;
  const { clock, probe, dispatch } = lifecycle.context;
  const traits: HandlerTraits = { ...front.traits, maxHoldMs: 0, relaysSuccess: true, heldBefore: true };
  const client = clientOf(req, forwarded);
  const admission = await lifecycle.admit(route, clientRequest(deps, request), traits, "none");
  if (admission.kind === "refuse") {
    const { decision } = admission;
    if (decision.kind === "gone") return undefined;
    return { answer: await answerRefusal(decision, route, client, "forward-auth"), counted: decision.kind };
  }
  // The front could not reach the app, or its request was a moment too early; a probe shows which.
  const { to } = admission.forward;
  if ((await probe.tcp(to, aborted)).kind === "no") dispatch(admission.record, { type: "refused", endpoint: to });
  return { answer: readyAnswer(responder(), routeFacts(route, clock), client), counted: "page" };
}

async function answerToPoll(
  deps: AuthDeps,
  { front, req, forwarded, aborted }: UnderstoodRequest,
  poll: Poll,
): Promise<AuthAnswer | undefined> {
  // nginx sends the same poll again as a request for the page; only that one counts.
  if (forwarded.about === "access" && front.bareRefusal !== undefined)
    return { answer: front.bareRefusal, counted: "poll" };
  const acceptLanguage = req.headers["accept-language"];
  const limits = { address: deps.addressOf(req), aborted, maxWaitMs: front.traits.maxHoldMs, acceptLanguage };
  const answer = await answerPoll(deps, poll, limits);
  if (aborted.aborted) return undefined;
  return { answer: forwarded.about === "page" ? answer : front.refusal(answer), counted: "poll" };
}

function routeOf({ host, override }: ForwardedRequest, routes: Routes): Route | undefined {
  if (override === undefined) return routes.hosts.find(host);
  const found = routeNamed(routes, override.name, host);
  return found !== undefined && (found.group !== undefined) === (override.kind === "group") ? found : undefined;
}

function clientRequest({ addressOf }: AuthDeps, { req, forwarded, aborted }: UnderstoodRequest): ClientRequest {
  const { method, uri, host, override } = forwarded;
  return {
    kind: clientOf(req, forwarded).kind,
    method,
    path: requestPath(uri), // GHSA-pxq7-h93f-9jrg: rules match the part before `#` and `?`
    userAgent: req.headers["user-agent"] ?? "",
    address: addressOf(req),
    isPrefetch: isPrefetch(method, req.headers),
    sticky: undefined, // an auth response sets no cookie
    host: override === undefined ? host : undefined,
    aborted,
  };
}

function strangerAnswer(responder: Responder, peer: string): Answer {
  const address = plainAddress(peer);
  const detail = `${address} may not send auth requests: it is not in trusted_proxies (key gateway.trusted_proxies).`;
  return responder.problem("forbidden", { detail }, PROGRAM);
}

/** Answers a request for the page of a host that is not ours. */
function noPage(responder: Responder, req: IncomingMessage, forwarded: ForwardedRequest, counted: string): AuthAnswer {
  const text = { key: "problem.upstream-failed.no-server" } as const;
  return {
    answer: responder.problem("upstream-failed", { host: forwarded.host, text }, clientOf(req, forwarded)),
    counted,
  };
}

/** Returns whether the request is for the page, whose response reaches the client unchanged. */
function isPage(path: string): boolean {
  return path === "/page" || path.startsWith("/page/");
}

const PROGRAM = { kind: "other" } as const;
