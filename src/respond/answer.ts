import type { ErrorCode } from "../core/errors.ts";

/** A complete response; a HEAD gets the same without the body. */
export interface Answer {
  readonly status: number;
  /** Flat: name, value, name, value. Includes Content-Type and Content-Length, unless it has no content. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What determines the fields of a response. */
export interface AnswerFacts {
  readonly status: number;
  readonly type: string;
  /** Absent for responses to polls of the loading page. */
  readonly code?: ErrorCode | undefined;
  readonly retryMs?: number | undefined;
  /** Further fields, flat. */
  readonly headers?: readonly string[];
}

/** Creates a response that must not be stored, sniffed or indexed. */
export function createAnswer(
  content: string | Buffer,
  { status, type, code, retryMs, headers = [] }: AnswerFacts,
): Answer {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  // RFC 9110 §8.6: a 204 has no Content-Length, and no content that could have a type.
  const framing = status === 204 ? [] : ["Content-Type", type, "Content-Length", String(body.length)];
  const own = [...framing, ...COMMON];
  if (code !== undefined) own.push("X-Gateway-Code", code);
  if (retryMs !== undefined) own.push("Retry-After", String(retryAfterSeconds(retryMs)));
  return { status, headers: [...own, ...headers], body };
}

/** Returns whole seconds, at least 1, because a client that obeys `Retry-After: 0` retries in a loop. */
export function retryAfterSeconds(retryMs: number): number {
  return Math.max(1, Math.ceil(retryMs / 1000));
}

const COMMON = [
  "Cache-Control",
  "no-store",
  "X-Robots-Tag",
  "noindex",
  "X-Content-Type-Options",
  "nosniff",
  "Vary",
  "Accept, Accept-Language, Sec-Fetch-Mode, Sec-Purpose, User-Agent",
];
