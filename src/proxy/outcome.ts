import type { ForwardOutcome } from "./exchange.ts";

/** Whether nothing of a response has reached the client, so that it gets one of ours. */
export function isUnanswered({ kind }: ForwardOutcome): boolean {
  return kind === "failed" || kind === "refused";
}

/** Whether sending it again loses nothing. */
export function mayTryAgain({ kind }: ForwardOutcome): boolean {
  return kind === "refused";
}

/** The requested host is one of its own. */
export function isWell(outcome: ForwardOutcome): boolean {
  return outcome.kind === "done" && outcome.status < 400;
}

/** Returns the status that the client got, or would have got. */
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
