import type { WakePhase } from "./decision.ts";
import type { WorkloadSettings } from "./settings.ts";

/** What `/_health` reports of the wake of a route; the first two fields are those of the original. */
export interface Health {
  readonly status: "starting" | "running" | "failed" | "unknown";
  /** One plain sentence; empty unless failed. */
  readonly error: string;
  readonly phase: WakePhase | undefined;
  /** Time since the start of the wake. */
  readonly elapsedMs: number;
  /** Expected duration of the whole wake, from the history of the workload; `undefined` the first time. */
  readonly etaMs: number | undefined;
  /** While failed: time until the next request is a new try. */
  readonly retryMs: number;
}

/** What a response of the gateway itself may report of a route at one moment. */
export interface RouteFacts {
  readonly branding: WorkloadSettings;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  readonly wallMs: number;
  /** The answer of the app to the last probe, while that keeps it from being ready. */
  readonly lastAnswer: string | undefined;
}
