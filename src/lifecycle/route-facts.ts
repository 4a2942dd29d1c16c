import type { WakePhase } from "../core/decision.ts";
import type { LogAccess, WorkloadSettings } from "../core/settings.ts";
import { failureOf } from "./failure.ts";
import { healthOf } from "./health.ts";
import type { Clock } from "./ports.ts";
import { refOf, type WorkloadRecord } from "./record.ts";
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
  };
}

/**
 * The last output of a workload as far as a visitor may see it: while it starts or has failed, always, or never.
 * `undefined`: it may not be seen. A log that cannot be read is an empty one.
 */
export async function visibleLogs(record: WorkloadRecord, lines: number): Promise<readonly string[] | undefined> {
  if (!mayBeSeen(record.settings.logs, record)) return undefined;
  return record.engine.logs(refOf(record), lines).catch(() => []);
}

function mayBeSeen(access: LogAccess, record: WorkloadRecord): boolean {
  switch (access) {
    case "never":
      return false;
    case "always":
      return true;
    case "starting":
      return record.gate === undefined && (isWaking(record) || failureOf(record) !== undefined);
  }
}

function isWaking({ state }: WorkloadRecord): boolean {
  return state.status === "starting" || state.status === "unready" || state.status === "ready";
}
