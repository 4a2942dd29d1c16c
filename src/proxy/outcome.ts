import type { ForwardOutcome } from "./exchange.ts";

/** Whether nothing of an answer has reached the client, so that it is to get one of ours. */
export function isUnanswered({ kind }: ForwardOutcome): boolean {
  return kind === "failed" || kind === "refused";
}

/** Whether nothing is lost by asking again. */
export function mayTryAgain({ kind }: ForwardOutcome): boolean {
  return kind === "refused";
}

/** The host that it was asked by is one of its own. */
export function isWell(outcome: ForwardOutcome): boolean {
  return outcome.kind === "done" && outcome.status < 400;
}

/** What the client got, or would have got. */
export function statusOf(outcome: ForwardOutcome): number {
  switch (outcome.kind) {
    case "done":
    case "cut":
      return outcome.status;
    case "refused":
    case "failed":
      return 502;
    case "aborted":
      return 499;
  }
}
