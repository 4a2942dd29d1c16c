import type { IncomingMessage } from "node:http";
import type { HandlerTraits } from "../core/decision.ts";
import { isPrefetch } from "../core/prefetch.ts";
import { requestPath } from "../core/request-host.ts";
import type { ClientRequest } from "../lifecycle/admit/admit.ts";
import { noteFirstPass } from "../lifecycle/wake/first-answer.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import { routeFacts } from "../lifecycle/admit/refused-route.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import type { Answer } from "../respond/answer.ts";
import type { AnswerRefusal } from "../respond/refusal.ts";
import { waitHeaders } from "../respond/wait-headers.ts";
import { allowedAnswer, PASSED } from "./allowed.ts";
import type { Asked, Front } from "./front.ts";
import { noteStream, streamSigns } from "./note-stream.ts";
import { isAcmeChallenge, type Poll, readPoll } from "./own-paths.ts";
import { answerPoll, type PollDeps } from "./polls.ts";
import { clientOf, readyAnswer } from "./ready-answer.ts";

export interface AuthDeps extends PollDeps {
  readonly lifecycle: Pick<Lifecycle, "admit" | "routes" | "context">;
  readonly answerRefusal: AnswerRefusal<Route>;
  /** Whether a peer may ask, and its forwarded headers count. */
  readonly isTrusted: (address: string) => boolean;
  /** The client's address: behind a trusted peer, as that says in `X-Forwarded-For`. */
  readonly addressOf: (req: IncomingMessage) => string;
}

/** What a front gets, and under which word it is counted. */
export interface AuthAnswer {
  readonly answer: Answer;
  readonly counted: string;
  /** Flat headers on top. */
  readonly extra?: readonly string[];
}

/** Settles an auth request that is not already settled by an open gate. Resolves with nothing when the front has left. */
export function createAuthority(deps: AuthDeps) {
  const { lifecycle, responder, answerRefusal, isTrusted, addressOf } = deps;
  const { clock, probe, dispatch } = lifecycle.context;

  async function answerTo(
    front: Front,
    req: IncomingMessage,
    path: string,
    gone: AbortSignal,
  ): Promise<AuthAnswer | undefined> {
    const peer = req.socket.remoteAddress ?? "";
    if (!isTrusted(peer)) return { answer: strangerAnswer(peer), counted: "untrusted" };
    const asked = front.read(req, path);
    if ("code" in asked) {
      const answer = responder().problem(asked.code, { detail: asked.detail }, PROGRAM);
      return { answer: isPage(path) ? answer : front.refusal(answer), counted: "invalid" };
    }

    const target = requestPath(asked.uri);
    const pass = (counted: string): AuthAnswer =>
      asked.about === "page" ? noPage(req, asked, counted) : { answer: PASSED, counted };
    if (isAcmeChallenge(target)) return pass("passed");
    const routes = lifecycle.routes();
    const route = routeOf(asked);
    if (route === undefined) return pass("unknown");

    const poll = readPoll(asked, target, route, routes);
    if (poll !== undefined) return answerToPoll(front, asked, poll, addressOf(req), gone);
    return asked.about === "page" ? page(front, req, asked, route, gone) : access(front, req, asked, route, gone);
  }

  async function access(front: Front, req: IncomingMessage, asked: Asked, route: Route, gone: AbortSignal) {
    const admission = await lifecycle.admit(route, clientRequest(req, asked, gone), front.traits, "none");
    if (admission.kind === "forward") {
      const { record, forward, waitedMs } = admission;
      if (record.heardFrom !== forward.to) noteFirstPass(lifecycle.context, record, forward.to);
      noteStream(record, streamSigns(req.headers), clock.now());
      const extra = waitHeaders(waitedMs);
      return { answer: allowedAnswer(forward), counted: extra.length > 0 ? "held" : "allowed", extra };
    }
    const { decision, waitedMs } = admission;
    if (decision.kind === "gone") return undefined;
    if (front.bareRefusal !== undefined) return { answer: front.bareRefusal, counted: decision.kind };
    const answer = await answerRefusal(decision, route, clientOf(req, asked), "forward-auth");
    return { answer: front.refusal(answer), counted: decision.kind, extra: waitHeaders(waitedMs) };
  }

  /** Nobody is held here: whoever may wait has waited for the auth request before it. */
  async function page(front: Front, req: IncomingMessage, asked: Asked, route: Route, gone: AbortSignal) {
    const traits: HandlerTraits = { ...front.traits, maxHoldMs: 0, relaysSuccess: true };
    const client = clientOf(req, asked);
    const admission = await lifecycle.admit(route, clientRequest(req, asked, gone), traits, "none");
    if (admission.kind === "refuse") {
      const { decision } = admission;
      if (decision.kind === "gone") return undefined;
      // A browser that was held for as long as the front allows goes on waiting at the page.
      const refusal = decision.kind === "waking" && client.kind === "navigation" ? PAGE : decision;
      return { answer: await answerRefusal(refusal, route, client, "forward-auth"), counted: refusal.kind };
    }
    // The front could not reach it, or asked a moment too early: only a look at the app tells which.
    const { to } = admission.forward;
    if ((await probe.tcp(to, gone)).kind === "no") dispatch(admission.record, { type: "refused", endpoint: to });
    return { answer: readyAnswer(responder(), routeFacts(route, clock), client), counted: "page" };
  }

  async function answerToPoll(front: Front, asked: Asked, poll: Poll, address: string, gone: AbortSignal) {
    // Behind nginx the same poll comes again as a question for the page: only that one counts.
    if (asked.about === "access" && front.bareRefusal !== undefined)
      return { answer: front.bareRefusal, counted: "poll" };
    const answer = await answerPoll(deps, poll, address, gone, front.traits.maxHoldMs);
    if (gone.aborted) return undefined;
    return { answer: asked.about === "page" ? answer : front.refusal(answer), counted: "poll" };
  }

  function routeOf({ host, override }: Asked): Route | undefined {
    const { hosts, byName } = lifecycle.routes();
    if (override === undefined) return hosts.find(host);
    const found = byName.get(override.name);
    return found !== undefined && (found.group !== undefined) === (override.kind === "group") ? found : undefined;
  }

  function clientRequest(req: IncomingMessage, asked: Asked, gone: AbortSignal): ClientRequest {
    const { method, uri, host, override } = asked;
    return {
      kind: clientOf(req, asked).kind,
      method,
      path: requestPath(uri), // GHSA-pxq7-h93f-9jrg: rules match what comes before `#` and `?`
      userAgent: req.headers["user-agent"] ?? "",
      address: addressOf(req),
      isPrefetch: isPrefetch(method, req.headers),
      sticky: undefined, // an auth answer sets no cookie
      host: override === undefined ? host : undefined,
      gone,
    };
  }

  function strangerAnswer(peer: string): Answer {
    const address = peer.replace(/^::ffff:(?=\d+\.)/u, "");
    const detail = `${address} may not send auth requests: it is not in trusted_proxies (key gateway.trusted_proxies).`;
    return responder().problem("forbidden", { detail }, PROGRAM);
  }

  /** The front has an error to show, and what it is about is none of ours: there is nothing to wait for. */
  function noPage(req: IncomingMessage, asked: Asked, counted: string): AuthAnswer {
    const detail = "The front proxy found nobody to answer this, and the gateway has nobody to wake for it.";
    return {
      answer: responder().problem("upstream-failed", { host: asked.host, detail }, clientOf(req, asked)),
      counted,
    };
  }

  return answerTo;
}

/** A page reaches the client as it is. */
function isPage(path: string): boolean {
  return path === "/page" || path.startsWith("/page/");
}

const PROGRAM = { kind: "other" } as const;
const PAGE = { kind: "page" } as const;
