import type { WakePhase } from "./decision.ts";
import type { WorkloadSettings } from "./settings.ts";

/** What `/_health` reports about the wake of a route; the original had the first two fields. */
export interface Health {
  readonly status: "starting" | "running" | "failed" | "unknown";
  /** One sentence; empty unless failed. */
  readonly error: string;
  readonly phase: WakePhase | undefined;
  /** Time since the start of the wake. */
  readonly elapsedMs: number;
  /** Expected duration of the whole wake, from the workload's history; `undefined` for its first wake. */
  readonly etaMs: number | undefined;
  /** While failed: the time until a request starts a new try. */
  readonly retryMs: number;
}

/** The facts about a route that the gateway's own responses show. */
export interface RouteFacts {
  readonly branding: WorkloadSettings;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  readonly wallMs: number;
  /** The app's answer to the last probe, if because of it the app is not ready yet. */
  readonly lastAnswer: string | undefined;
}
