import { certificateFault } from "../core/certificate-fault.ts";
import type { ForwardOutcome } from "./exchange.ts";
import { RunEnded } from "../http1/open-connections.ts";

/** What a fault before the answer's head means to the caller. */
export function failureOf(error: Error): ForwardOutcome {
  return isReset(error) ? FAILURES.reset : FAILURES.protocol;
}

/** What a fault before anything was sent means: there is nobody, unless it is our own shortage that kept us from asking. */
export function refusalOf(error: Error): ForwardOutcome {
  const code = codeOf(error);
  if (OWN_FAULTS.has(code)) return FAILURES.reset;
  const why = certificateFault(error);
  if (why !== undefined) return { ...FAILURES.protocol, why };
  return code.startsWith("ERR_") ? FAILURES.protocol : REFUSED;
}

/** A kept connection that was lost before an answer's head was there. */
export interface Loss {
  readonly error: Error;
  /** The app may have seen the request. */
  readonly sent: boolean;
  /** It has said something: an informational answer. */
  readonly answered: boolean;
  /** The connection had carried an exchange before. */
  readonly used: boolean;
  readonly method: string | undefined;
  readonly published: boolean;
}

/** What it means; `undefined`: the same request is to be sent again, on a fresh connection. */
export function lossOf({ error, sent, answered, used, method, published }: Loss): ForwardOutcome | undefined {
  if (!sent) return refusalOf(error);
  if (answered || !isReset(error) || !isRepeatable(method)) return failureOf(error);
  if (error instanceof RunEnded) return REFUSED; // the next run answers it
  // The app had closed it before it saw the request: a race that every keep-alive client knows.
  if (used) return undefined;
  // docker-proxy accepts for an app that does not listen, and closes then.
  return published ? REFUSED : failureOf(error);
}

/** RFC 9110 §9.2.2: asking twice does what asking once does. */
export function isRepeatable(method: string | undefined): boolean {
  return IDEMPOTENT.has(method ?? "");
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** The connection was closed or broke, without a word that is wrong. */
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
