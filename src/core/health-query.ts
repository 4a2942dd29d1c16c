import { parseDuration } from "./duration.ts";

/** A poll of `/_health`. */
export interface HealthQuery {
  /** How long the response may wait for a change; 0: it is sent at once. */
  readonly waitMs: number;
  /** The `status:phase` that the client already knows. */
  readonly seen: string | undefined;
}

/** Shorter than the timeout of every front proxy. */
const LONGEST_WAIT_MS = 25_000;

/** Parses the query of `/_health`, for all handlers; `undefined` if `wait` is not a duration. */
export function readHealthQuery(query: URLSearchParams): HealthQuery | undefined {
  const wait = parseDuration(query.get("wait") ?? "0");
  if (!wait.ok) return undefined;
  const phase = query.get("phase");
  const seen = query.get("seen") ?? (phase === null ? undefined : `starting:${phase}`);
  return { waitMs: Math.min(wait.value, LONGEST_WAIT_MS), seen };
}
