import type { ErrorCode } from "../core/errors.ts";
import type { Refusal, WakePhase } from "../core/decision.ts";
import type { Answer } from "./answer.ts";
import type { ClientFacts, DoorMode, Face } from "./pages.ts";
import type { Responder } from "./responder.ts";

/** What is known of the route that was refused; absent for an unknown host. */
export interface RefusedRoute {
  readonly face: Face;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  readonly timezone: string;
  readonly wallMs: number;
  /** What the app said to the last probe, while that keeps it from being ready. */
  readonly lastAnswer?: string | undefined;
  /** What is wrong with an app that gave no answer, where that is known. */
  readonly fault?: string | undefined;
  /** Absent: the visitor may not see them. */
  readonly logs?: readonly string[] | undefined;
}

/** The one place where a refusal becomes an answer, for every door alike. */
export function refuse(
  responder: Responder,
  refusal: Exclude<Refusal, { kind: "unknown" | "gone" }>,
  route: RefusedRoute,
  client: ClientFacts,
  mode: DoorMode,
): Answer {
  const { logs: lines, ...facts } = route;
  const { face } = facts;
  const logs = lines === undefined ? {} : { logs: lines };
  switch (refusal.kind) {
    case "page":
      return responder.loading({ ...facts, ...logs, mode }, client);
    case "failed":
      return responder.failed({ face, failure: refusal.failure, retryMs: refusal.retryMs, ...logs }, client);
    case "offline":
      return responder.offline({ ...facts, nowMs: facts.wallMs, untilMs: refusal.untilMs }, client);
    case "suspended":
      return responder.suspended({ ...facts, nowMs: facts.wallMs, untilMs: refusal.untilMs }, client);
    case "asleep":
      return responder.asleep({ face, status: refusal.status }, client);
    case "waking":
    case "timed-out": {
      const why = BEFORE_A_START[facts.phase] ?? notYet(facts.lastAnswer);
      const detail = why === undefined ? {} : { detail: why };
      return responder.problem(CODES[refusal.kind], { container: face.name, ...retryOf(route), ...detail }, client);
    }
    case "full":
    case "broken": {
      const fault = refusal.kind === "broken" ? facts.fault : undefined;
      return responder.problem(CODES[refusal.kind], { container: face.name, ...retryOf(route), fault }, client);
    }
  }
}

const CODES = {
  waking: "waking",
  "timed-out": "hold-timeout",
  full: "too-many-pending",
  broken: "upstream-failed",
} as const satisfies Record<string, ErrorCode>;

/** What keeps it from being started. */
const BEFORE_A_START: Readonly<Partial<Record<WakePhase, string>>> = {
  stopping: "The app is still stopping. It is started again as soon as it has ended. Ask again shortly.",
  updating: "The app was stopped a moment ago and may be being updated. It is started within 10 s. Ask again shortly.",
};

function notYet(lastAnswer: string | undefined): string | undefined {
  return (
    lastAnswer && `The app is being woken and is not ready yet; its last answer: ${lastAnswer}. Ask again shortly.`
  );
}

/** Asking again helps when the wake is likely to be over. */
function retryOf({ elapsedMs, etaMs }: RefusedRoute): { readonly retryMs?: number } {
  return etaMs === undefined || etaMs <= elapsedMs ? {} : { retryMs: etaMs - elapsedMs };
}
