import { STATUS_BY_CODE } from "../core/errors.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import { createAnswer, retryAfterSeconds } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { cleanLines, cleanText } from "./clean-text.ts";
import { createTranslate } from "./language.ts";
import { en } from "./messages/en.ts";
import type { ProblemFacts } from "./pages.ts";

/** The fields of a failed wake in its problem document. */
export interface FailureFacts {
  readonly failure: Failure;
  readonly log?: readonly string[] | undefined;
}

/** Creates `application/problem+json` (RFC 9457), always in English, because programmers search for these texts. */
export function createProblem(code: ErrorCode, facts: ProblemFacts, failed?: FailureFacts): Answer {
  const status = STATUS_BY_CODE[code];
  const retryMs = facts.retryMs ?? DEFAULT_RETRY_MS[code];
  const text = facts.fault ?? facts.text;
  const detail = text === undefined ? facts.detail : english(text.key, text.values);
  const problem = {
    type: `urn:docker-awakening-gateway:error:${code}`,
    title: en[`problem.${code}.title`],
    status,
    detail: detail === undefined ? en[`problem.${code}.detail`] : cleanText(detail),
    code,
    container: facts.container,
    retry_after_s: retryMs === undefined ? undefined : retryAfterSeconds(retryMs),
    reason: failed?.failure.reason,
    exit_code: failed?.failure.exitCode,
    log: failed?.log === undefined ? undefined : cleanLines(failed.log),
  };
  return createAnswer(JSON.stringify(problem), { status, type: "application/problem+json", code, retryMs });
}

const english = createTranslate("en");

/** Creates the response to a monitor for which `ignore.status` sets a 2xx while the app sleeps. */
export function asleepAnswer(container: string, status: 200 | 204): Answer {
  const body = status === 204 ? "" : JSON.stringify({ status: "asleep", container });
  return createAnswer(body, { status, type: "application/json", code: "asleep" });
}

/** When to retry after each code; a retry does not help after codes that are missing here. */
export const DEFAULT_RETRY_MS: Readonly<Partial<Record<ErrorCode, number>>> = Object.freeze({
  asleep: 60_000,
  suspended: 60_000,
  draining: 2_000,
  "hold-timeout": 5_000,
  "not-ready": 5_000,
  "rate-limited": 1_000,
  "too-many-pending": 5_000,
  "upstream-failed": 5_000,
  "wake-failed": 5_000,
  waking: 5_000,
});
