import { EngineError } from "../../lifecycle/ports.ts";

/** Translates an error response of a manager or a connection error. */
export function toSwarmError(cause: unknown, target: string): EngineError {
  if (cause instanceof EngineError) return cause;
  const { status, code, message } = cause as Partial<NodeJS.ErrnoException> & { readonly status?: number };
  const details = message?.trim() || code || String(cause);
  if (status === undefined) return new EngineError("unreachable", `${target} cannot be reached: ${details}`, { cause });
  return new EngineError(codeOf(status, details), details, { cause });
}

function codeOf(status: number, message: string): EngineError["code"] {
  if (status === 404) return "absent";
  if (status === 403) return "forbidden";
  // Swarm does not use 409 for a conflict.
  if (/update out of sequence/.test(message)) return "changed";
  if (NO_QUORUM.test(message) || (status >= 502 && status <= 504)) return "unreachable";
  return "refused";
}

const NO_QUORUM = /not a swarm manager|does not have a leader|DeadlineExceeded|deadline exceeded|context canceled/i;

/** Returns whether another manager should be tried. */
export function isPassedOn({ code }: EngineError): boolean {
  return code === "unreachable";
}
