import type { Route } from "../lifecycle/route.ts";
import type { Answer } from "../respond/answer.ts";
import type { DoorMode } from "../respond/pages.ts";
import type { Responder } from "../respond/responder.ts";
import type { Poll } from "./own-paths.ts";

/** The answers to the loading page's polls and their limits, both shared with the direct endpoints. */
export interface PollDeps {
  readonly responder: () => Responder;
  readonly polls: {
    readonly health: (
      route: Route,
      ask: { readonly waitMs: number; readonly seen: string | undefined; readonly gone: AbortSignal },
      mode: DoorMode,
    ) => Promise<Answer>;
    readonly logs: (route: Route, mode: DoorMode) => Promise<Answer>;
  };
  /** `undefined`: it may ask now; else after how many milliseconds to ask again. */
  readonly pollAllowed: (kind: "health" | "health-wait" | "logs", address: string, route: string) => number | undefined;
}

/** Longest wait of a long poll: below every front's own limit, and below those of what may stand before it. */
const LONGEST_WAIT_MS = 25_000;

/** What the loading page is told, under 503: only then does the body reach the browser. */
export async function answerPoll(
  { responder, polls, pollAllowed }: PollDeps,
  { kind, route, query }: Poll,
  address: string,
  gone: AbortSignal,
  maxWaitMs: number,
): Promise<Answer> {
  const waitMs = kind === "health" ? Math.min(waitOf(query.get("wait")), maxWaitMs, LONGEST_WAIT_MS) : 0;
  const retryMs = pollAllowed(waitMs > 0 ? "health-wait" : kind, address, route?.name ?? "");
  if (retryMs !== undefined) return responder().problem("rate-limited", { retryMs }, { kind: "other" });
  if (kind === "logs")
    return route === undefined ? responder().logs([], "forward-auth") : polls.logs(route, "forward-auth");
  if (route === undefined) return responder().health(NOBODY, "forward-auth");
  const phase = query.get("phase");
  const seen = query.get("seen") ?? (phase === null ? undefined : `starting:${phase}`);
  return polls.health(route, { waitMs, seen, gone }, "forward-auth");
}

const NOBODY = {
  status: "unknown",
  error: "",
  phase: undefined,
  elapsedMs: 0,
  etaMs: undefined,
  retryMs: 0,
} as const;

/** As in `wait=20s`; what is no such duration is no wait. */
function waitOf(text: string | null): number {
  const [, amount = "0", unit = "s"] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/u.exec(text ?? "") ?? [];
  return Number(amount) * (unit === "ms" ? 1 : 1_000);
}
