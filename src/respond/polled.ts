import { createAnswer, retryAfterSeconds } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { cleanLines, cleanText } from "./clean-text.ts";
import { failureText } from "./failure-text.ts";
import type { Translate } from "./language.ts";
import type { HandlerMode, HealthFacts } from "./pages.ts";

/**
 * Creates the response of `/_health`: the fields of the original, then ours. With forward-auth the status is 503,
 * because only then does the front relay the body to the browser.
 */
export function healthAnswer(facts: HealthFacts, mode: HandlerMode, t: Translate): Answer {
  const { failure } = facts;
  return polled(mode, {
    status: facts.status,
    error: cleanText(facts.error),
    phase: facts.phase ?? "",
    elapsed_ms: Math.round(facts.elapsedMs),
    eta_ms: facts.etaMs === undefined ? null : Math.round(facts.etaMs),
    ...(facts.note && { note: cleanText(facts.note) }),
    ...(facts.status === "failed" && {
      reason: failure?.reason ?? "",
      exit_code: failure?.exitCode ?? null,
      ...(failure && failureText(t, failure.cause)),
      retry_after_s: facts.retryMs <= 0 ? 0 : retryAfterSeconds(facts.retryMs),
    }),
  });
}

/** Creates the response of `/_logs`; the list is empty if the client may not see logs. */
export function logsAnswer(lines: readonly string[], mode: HandlerMode): Answer {
  return polled(mode, { lines: cleanLines(lines) });
}

function polled(mode: HandlerMode, body: object): Answer {
  return createAnswer(JSON.stringify(body), { status: mode === "proxy" ? 200 : 503, type: "application/json" });
}
