import { parseDuration } from "./duration.ts";

/** A poll of `/_health`. */
export interface HealthQuery {
  /** How long the answer may wait for a change, in milliseconds; 0: it is sent at once. */
  readonly waitMs: number;
  /** The `status:phase` that the client knows already. */
  readonly seen: string | undefined;
}

/** Below the time limit of every front proxy. */
const LONGEST_WAIT_MS = 25_000;

/** Parses the query of `/_health` of any handler; `undefined`: `wait` is not a duration. */
export function readHealthQuery(query: URLSearchParams): HealthQuery | undefined {
  const wait = parseDuration(query.get("wait") ?? "0");
  if (!wait.ok) return undefined;
  const phase = query.get("phase");
  const seen = query.get("seen") ?? (phase === null ? undefined : `starting:${phase}`);
  return { waitMs: Math.min(wait.value, LONGEST_WAIT_MS), seen };
}
