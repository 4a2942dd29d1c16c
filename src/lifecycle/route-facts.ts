import type { WakePhase } from "../core/decision.ts";
import type { WorkloadSettings } from "../core/settings.ts";
import { healthOf } from "./health.ts";
import type { Clock } from "./ports.ts";
import type { Route } from "./route.ts";

/** What an answer of ours tells of a route at this moment. */
export interface RouteFacts {
  readonly face: WorkloadSettings;
  readonly phase: WakePhase;
  readonly elapsedMs: number;
  readonly etaMs: number | undefined;
  readonly hasDependencies: boolean;
  readonly timezone: string;
  readonly wallMs: number;
  /** What it said to the last probe, while that keeps it from being ready. */
  readonly lastAnswer: string | undefined;
}

export function routeFacts(route: Route, clock: Clock): RouteFacts {
  const { phase, elapsedMs, etaMs } = healthOf(route.members, clock);
  return {
    face: route.face,
    phase: phase ?? "starting",
    elapsedMs,
    etaMs,
    hasDependencies: route.members.some(({ dependencies }) => dependencies.length > 0),
    timezone: route.face.schedule?.timezone ?? "UTC",
    wallMs: clock.wall(),
    lastAnswer: route.members.find(({ lastProbe }) => lastProbe !== undefined)?.lastProbe,
  };
}
