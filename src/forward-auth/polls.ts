import { readHealthQuery } from "../core/health-query.ts";
import type { PollKind } from "../public/poll-budgets.ts";
import type { Polls } from "../public/polls.ts";
import type { Answer } from "../respond/answer.ts";
import type { Responder } from "../respond/responder.ts";
import type { Poll } from "./own-paths.ts";

/** The answers to polls of the loading page and their limits, shared with the direct endpoints. */
export interface PollDeps {
  readonly responder: () => Responder;
  readonly polls: Pick<Polls, "health" | "logs">;
  /** Returns `undefined` if a poll is permitted now, else the milliseconds to wait. */
  readonly pollAllowed: (kind: PollKind, address: string, route: string) => number | undefined;
}

interface PollLimits {
  /** The client's address, to which the limit applies. */
  readonly address: string;
  readonly aborted: AbortSignal;
  readonly maxWaitMs: number;
  readonly acceptLanguage: string | undefined;
}

/** Answers a poll of the loading page, with a 503, because only then does the body reach the browser. */
export async function answerPoll(
  { responder, polls, pollAllowed }: PollDeps,
  { kind, route, query }: Poll,
  { address, aborted, maxWaitMs, acceptLanguage }: PollLimits,
): Promise<Answer> {
  // The client always gets a 503, so a faulty query is treated as one that does not wait.
  const health = readHealthQuery(query) ?? { waitMs: 0, seen: undefined };
  const waitMs = kind === "health" ? Math.min(health.waitMs, maxWaitMs) : 0;
  const retryMs = pollAllowed(waitMs > 0 ? "health-wait" : kind, address, route?.name ?? "");
  if (retryMs !== undefined) return responder().problem("rate-limited", { retryMs }, { kind: "other" });
  if (kind === "logs")
    return route === undefined ? responder().logs([], "forward-auth") : polls.logs(route, "forward-auth");
  if (route === undefined) return responder().health(NOBODY, "forward-auth", { acceptLanguage });
  return polls.health(route, { waitMs, seen: health.seen, aborted, acceptLanguage }, "forward-auth");
}

const NOBODY = {
  status: "unknown",
  error: "",
  phase: undefined,
  elapsedMs: 0,
  etaMs: undefined,
  retryMs: 0,
} as const;
