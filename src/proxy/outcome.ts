import { certificateFault } from "../core/certificate-fault.ts";
import { RunEnded } from "../http1/upstreams.ts";

/** How an exchange ended. */
export type ForwardOutcome =
  /** The response was relayed completely. */
  | { readonly kind: "done"; readonly status: number }
  /** No connection: nothing was sent and nothing is lost. */
  | { readonly kind: "refused" }
  /** The upstream broke before its response began. */
  | { readonly kind: "failed"; readonly code: "upstream-reset" | "upstream-protocol"; readonly why?: string }
  /** The upstream broke in the middle of its response, so the connection of the client was broken as well. */
  | { readonly kind: "cut"; readonly status: number }
  /** The client left; status is 0 when no response had begun. */
  | { readonly kind: "aborted"; readonly status: number };

/** Whether the app knows the requested host. */
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

/**
 * Returns what the loss of a connection before the head of a response means. `sent`: the app may have seen the request.
 */
export function failureOf(error: Error, sent: boolean): ForwardOutcome {
  if (!sent) return refusalOf(error);
  return isReset(error) ? FAILURES.reset : FAILURES.protocol;
}

/** The loss of a connection whose request is complete, before anything of a response has arrived. */
export interface Loss {
  readonly error: Error;
  /** The app may have seen the request. */
  readonly sent: boolean;
  /** The connection had already carried an exchange. */
  readonly used: boolean;
  readonly method: string;
  readonly published: boolean;
}

/** Returns the outcome; `undefined`: the same request is to be sent again on a new connection. */
export function lossOf({ error, sent, used, method, published }: Loss): ForwardOutcome | undefined {
  if (!sent || !isReset(error) || !isIdempotent(method)) return failureOf(error, sent);
  if (error instanceof RunEnded) return REFUSED; // the next run answers it
  // The app closed it before it saw the request: a race that every keep-alive client knows.
  if (used) return undefined;
  // docker-proxy accepts for an app that does not listen, and then closes.
  return published ? REFUSED : FAILURES.reset;
}

/** RFC 9110 §9.2.2: sending it twice has the same effect as sending it once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Returns what an error before anything was sent means: nothing listens there, unless our own resources ran out. */
function refusalOf(error: Error): ForwardOutcome {
  const code = codeOf(error);
  if (OWN_FAULTS.has(code)) return FAILURES.reset;
  const why = certificateFault(error);
  if (why !== undefined) return { ...FAILURES.protocol, why };
  return code.startsWith("ERR_") ? FAILURES.protocol : REFUSED;
}

/** The connection was closed or broke without a protocol error. */
function isReset(error: Error): boolean {
  return RESETS.has(codeOf(error));
}

const REFUSED: ForwardOutcome = Object.freeze({ kind: "refused" });

/** The upstream broke before its response began: the connection, or the protocol. */
export const FAILURES = Object.freeze({
  reset: Object.freeze({ kind: "failed", code: "upstream-reset" }),
  protocol: Object.freeze({ kind: "failed", code: "upstream-protocol" }),
}) satisfies Readonly<Record<string, ForwardOutcome>>;

const RESETS: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);
const OWN_FAULTS: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "EADDRNOTAVAIL"]);

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
