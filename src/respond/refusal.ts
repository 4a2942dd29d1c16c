import type { ErrorCode } from "../core/errors.ts";
import type { Refusal, WakePhase } from "../core/decision.ts";
import type { RouteFacts } from "../core/read-models.ts";
import type { Answer } from "./answer.ts";
import { cleanText } from "./clean-text.ts";
import type { Text } from "./language.ts";
import type { ClientFacts, HandlerMode, ProblemFacts } from "./pages.ts";
import type { Responder } from "./responder.ts";

/** A refusal that gets a response: the client is still connected. */
export type AnswerableRefusal = Exclude<Refusal, { kind: "gone" }>;

/** Creates the response to a refused request, for both handlers. */
export type AnswerRefusal<Route> = (
  refusal: AnswerableRefusal,
  route: Route,
  client: ClientFacts,
  mode: HandlerMode,
) => Promise<Answer>;

/** The facts about a route that a response to a refusal may need. */
export interface RefusedRoute {
  readonly facts: () => RouteFacts;
  /** Returns the last output of a member; `undefined` if the client may not see it. */
  readonly lastLines: (workload: string) => Promise<readonly string[] | undefined>;
  /** Returns whether an app that does not respond to plain HTTP requires TLS. */
  readonly wantsTls: () => Promise<boolean>;
}

/** Creates the function that turns a refusal into a response. */
export function createRefusalAnswer<Route>(deps: {
  /** Returns the current responder, which a reload may replace. */
  readonly responder: () => Responder;
  readonly describe: (route: Route) => RefusedRoute;
  /** Returns the default time zone of schedules (`schedule_timezone`). */
  readonly timezone: () => string;
}): AnswerRefusal<Route> {
  return (refusal, route, client, mode) => {
    const responder = deps.responder();
    if (refusal.kind === "unknown") return Promise.resolve(responder.unknownHost({ host: "" }, client));
    return answerKnown(refusal, { responder, route: deps.describe(route), client, mode, timezone: deps.timezone() });
  };
}

interface RefusedRequest {
  readonly responder: Responder;
  readonly route: RefusedRoute;
  readonly client: ClientFacts;
  readonly mode: HandlerMode;
  /** The default time zone of schedules. */
  readonly timezone: string;
}

async function answerKnown(
  refusal: Exclude<AnswerableRefusal, { kind: "unknown" }>,
  { responder, route, client, mode, ...request }: RefusedRequest,
): Promise<Answer> {
  const facts = route.facts();
  const { branding } = facts;
  const timezone = branding.schedule?.timezone ?? request.timezone;
  switch (refusal.kind) {
    case "page": // without log lines, which it polls
      return responder.loading({ ...facts, ...(branding.logs !== "never" && { logs: [] }), mode }, client);
    case "failed": {
      const logs = await route.lastLines(refusal.workload);
      const { failure, retryMs } = refusal;
      return responder.failed({ branding, failure, retryMs, ...(logs && { logs }) }, client);
    }
    case "offline":
      return responder.offline({ branding, timezone, nowMs: facts.wallMs, untilMs: refusal.untilMs }, client);
    case "suspended":
      return responder.suspended({ branding, timezone, nowMs: facts.wallMs, untilMs: refusal.untilMs }, client);
    case "asleep":
      return responder.asleep({ branding, status: refusal.status }, client);
    case "waking":
    case "timed-out": {
      const text = BEFORE_A_START[facts.phase] ?? notYet(facts.lastAnswer);
      return problem(refusal.kind === "waking" ? "waking" : "hold-timeout", { ...(text && { text }) });
    }
    case "full":
      return problem("too-many-pending");
    case "broken":
      return problem("upstream-failed", { fault: await faultOf(refusal.why, route) });
  }

  function problem(code: ErrorCode, more: ProblemFacts = {}): Answer {
    return responder.problem(code, { container: branding.name, ...retryOf(facts), ...more }, client);
  }
}

/** What delays the start of an app. */
const BEFORE_A_START: Readonly<Partial<Record<WakePhase, Text>>> = {
  stopping: { key: "problem.waking.stopping" },
  updating: { key: "problem.waking.updating" },
};

/** Returns what is wrong with an app that did not respond, if known. */
async function faultOf(why: string | undefined, { wantsTls }: RefusedRoute): Promise<Text | undefined> {
  if (why !== undefined) return { key: "problem.upstream-failed.why", values: { why: cleanText(why) } };
  return (await wantsTls()) ? { key: "problem.upstream-failed.tls" } : undefined;
}

function notYet(lastAnswer: string | undefined): Text | undefined {
  return lastAnswer === undefined
    ? undefined
    : { key: "problem.waking.answer", values: { answer: cleanText(lastAnswer) } };
}

/** Returns when the wake has probably ended. */
function retryOf({ elapsedMs, etaMs }: RouteFacts): { readonly retryMs?: number } {
  return etaMs === undefined || etaMs <= elapsedMs ? {} : { retryMs: etaMs - elapsedMs };
}
