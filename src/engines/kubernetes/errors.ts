import { EngineError } from "../../lifecycle/ports.ts";
import type { Status } from "./api-types.ts";

/** Translates an error response of the API server. */
export function answerError(target: string, statusCode: number, body: string): EngineError {
  const status = parseStatus(body);
  const message = status?.message || body.slice(0, 200).trim() || `${target} answered ${statusCode}`;
  switch (statusCode) {
    case 401:
      return new EngineError("forbidden", `${target} does not accept the gateway's credentials (401)`);
    case 403:
      return new EngineError("forbidden", message);
    case 404:
      return new EngineError("absent", message);
    case 409:
      return new EngineError("changed", message);
    case 410:
      return new EngineError("changed", message);
    default:
      // 429 and 5xx: it is overloaded, or only just starting.
      if (statusCode === 429 || statusCode >= 500) return new EngineError("unreachable", `${target}: ${message}`);
      return new EngineError("refused", message);
  }
}

/** Translates a connection error of Node into one that says what to do. */
export function connectionError(target: string, cause: unknown, timeoutMs: number): EngineError {
  if (cause instanceof EngineError) return cause;
  const { code = "", name = "", message = "" } = cause as Partial<Record<"code" | "name" | "message", string>>;
  return new EngineError("unreachable", unreached(target, code || name, message, timeoutMs), { cause });
}

function unreached(target: string, code: string, message: string, timeoutMs: number): string {
  switch (code) {
    case "ECONNREFUSED":
      return `nothing listens at ${target}: is the Kubernetes API server running?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name of ${target} cannot be resolved`;
    case "ABORT_ERR":
    case "AbortError":
    case "TimeoutError":
      return `${target} did not answer within ${timeoutMs / 1_000} s`;
    case "ECONNRESET":
    case "EPIPE":
      return `${target} closed the connection; it may be restarting`;
    default:
      return /CERT|SSL|TLS|self.signed/i.test(`${code} ${message}`)
        ? `TLS with ${target} failed (${message}): check the certificate authority`
        : `${target} cannot be reached: ${message}`;
  }
}

function parseStatus(body: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined; // a proxy's own page
  }
}
