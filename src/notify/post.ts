import type { Dispatcher } from "undici";
import type { Clock } from "../lifecycle/ports.ts";
import type { Destination } from "./destination.ts";

/** The result of an attempt. `retry`: another one may succeed, after `afterMs` if the receiver set that. */
export type Outcome =
  | { readonly kind: "sent" }
  | { readonly kind: "retry"; readonly why: string; readonly afterMs: number | undefined }
  | { readonly kind: "refused"; readonly why: string };

/** A message to send. */
export interface Post {
  readonly to: Destination;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts the attempt. */
  readonly signal: AbortSignal;
}

/** The timeout of an attempt. */
const TIMEOUT_MS = 10_000;

/**
 * Sends a message once; never rejects. Does not follow redirects, because credentials and signature are only meant for
 * the configured address.
 */
export async function post(
  dispatcher: Dispatcher,
  clock: Clock,
  { to, headers, body, signal }: Post,
): Promise<Outcome> {
  const ended = new AbortController();
  const late = new AbortController();
  void clock.sleep(TIMEOUT_MS, ended.signal).then(() => late.abort());
  try {
    const answer = await dispatcher.request({
      origin: to.origin,
      path: to.path,
      method: "POST",
      headers,
      body,
      signal: AbortSignal.any([signal, late.signal]),
    });
    answer.body.on("error", () => {}).destroy(); // its status is enough
    return outcomeOf(answer.statusCode, answer.headers["retry-after"], clock.wall());
  } catch (error) {
    if (late.signal.aborted) return retry(`no answer within ${TIMEOUT_MS / 1000} s`);
    if (codeOf(error) === "UND_ERR_INVALID_ARG") return refused("its address or one of its headers cannot be sent");
    return retry(`it cannot be reached (${codeOf(error)})`);
  } finally {
    ended.abort();
  }
}

function outcomeOf(status: number, retryAfter: string | string[] | undefined, wallMs: number): Outcome {
  if (status >= 200 && status < 300) return { kind: "sent" };
  const why = `it answered ${status}`;
  if (status >= 300 && status < 400) return refused(`${why}: put the address that it redirects to into gateway.notify`);
  if (status !== 408 && status !== 429 && status < 500) return refused(why);
  return retry(why, readRetryAfter(typeof retryAfter === "string" ? retryAfter : retryAfter?.[0], wallMs));
}

function retry(why: string, afterMs?: number): Outcome {
  return { kind: "retry", why, afterMs };
}

function refused(why: string): Outcome {
  return { kind: "refused", why };
}

/** Returns the code of an error, because its message may contain the address. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown fault";
}

/**
 * Parses `Retry-After` (seconds or a date, RFC 9110 §10.2.3) into milliseconds from `wallMs`; `undefined` if it is
 * invalid.
 */
export function readRetryAfter(value: string | undefined, wallMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallMs);
}
