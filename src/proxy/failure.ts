import { certificateFault } from "../core/certificate-fault.ts";
import type { ForwardOutcome } from "./exchange.ts";
import { RunEnded } from "../http1/open-connection.ts";

/** Returns what an error before the head of the response means to the caller. */
export function failureOf(error: Error): ForwardOutcome {
  return isReset(error) ? FAILURES.reset : FAILURES.protocol;
}

/** Returns what an error before anything was sent means: nothing listens there, unless our own resources ran out. */
export function refusalOf(error: Error): ForwardOutcome {
  const code = codeOf(error);
  if (OWN_FAULTS.has(code)) return FAILURES.reset;
  const why = certificateFault(error);
  if (why !== undefined) return { ...FAILURES.protocol, why };
  return code.startsWith("ERR_") ? FAILURES.protocol : REFUSED;
}

/** A persistent connection that was lost before the head of a response. */
export interface Loss {
  readonly error: Error;
  /** The app may have seen the request. */
  readonly sent: boolean;
  /** It has sent an informational response. */
  readonly answered: boolean;
  /** The connection had already carried an exchange. */
  readonly used: boolean;
  readonly method: string | undefined;
  readonly published: boolean;
}

/** Returns the outcome; `undefined`: the same request is to be sent again on a new connection. */
export function lossOf({ error, sent, answered, used, method, published }: Loss): ForwardOutcome | undefined {
  if (!sent) return refusalOf(error);
  if (answered || !isReset(error) || !isRepeatable(method)) return failureOf(error);
  if (error instanceof RunEnded) return REFUSED; // the next run answers it
  // The app closed it before it saw the request: a race that every keep-alive client knows.
  if (used) return undefined;
  // docker-proxy accepts for an app that does not listen, and then closes.
  return published ? REFUSED : failureOf(error);
}

/** RFC 9110 §9.2.2: sending it twice has the same effect as sending it once. */
export function isRepeatable(method: string | undefined): boolean {
  return IDEMPOTENT.has(method ?? "");
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** The connection was closed or broke without a protocol error. */
export function isReset(error: Error): boolean {
  const code = codeOf(error);
  return RESETS.has(code);
}

export const REFUSED: ForwardOutcome = Object.freeze({ kind: "refused" });

export const FAILURES = Object.freeze({
  reset: Object.freeze({ kind: "failed", code: "upstream-reset" }),
  protocol: Object.freeze({ kind: "failed", code: "upstream-protocol" }),
}) satisfies Readonly<Record<string, ForwardOutcome>>;

const RESETS: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);
const OWN_FAULTS: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "EADDRNOTAVAIL"]);

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
