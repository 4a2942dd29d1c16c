import { forgetFailures } from "./wake-history.ts";
import { type Endpoint, endpointsOf, type Observation } from "../../core/observation.ts";
import { SPEAKS_TLS } from "../../core/speaks-tls.ts";
import { answering, awaitsCheck, forgetAnswer, NO_ENDPOINT, probePauseMs } from "./answering.ts";
import type { LifecycleContext } from "../context.ts";
import { observe } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import { portsOf } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";

/** How the wait for an app ended. */
export type ProbeResult =
  | { readonly kind: "answers"; readonly endpoint: Endpoint }
  | { readonly kind: "ended" | "timed-out" | "unhealthy" | "wants-tls"; readonly observation: Observation | undefined };

const HEALTH_INTERVAL_MS = 500;
const REACHABLE_INTERVAL_MS = 1_000;

/**
 * The job of `unready` and `failed`: waits until a workload is ready that runs without a wake or after a failed one.
 */
export async function probeJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  const { state, settings } = record;
  // During a cool-down no request starts a wake, so only this job can find out that the app answers.
  const retryAtMs = state.status === "failed" ? state.retryAtMs : 0;
  const until = Math.max(context.clock.now() + settings.startTimeoutMs, retryAtMs);
  // Crashes do not end this job; a wake detects them.
  const result = await whenAnswers(context, record, {
    deadlineMs: until,
    signal,
    mostCrashes: Number.POSITIVE_INFINITY,
  });
  if (signal.aborted) return;
  if (result.kind === "answers") {
    forgetFailures(record);
    context.dispatch(record, { type: "answered", run, endpoint: result.endpoint });
  } else if (result.kind === "ended" && result.observation !== undefined) {
    context.dispatch(record, { type: "observed", observation: result.observation, restarted: false });
  }
  // Otherwise nothing: the next request starts a wake, which observes it again.
}

/** The limits of a wait. */
interface Patience {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** How long a workload without a port must run to count as ready. */
  readonly stayMs?: number;
  /** After more crashes than this it counts as ended, although its engine keeps restarting it. */
  readonly mostCrashes: number;
}

/**
 * Waits until the app is ready: by HTTP if `health_path` is set, by Docker's health check if the image has one, else by
 * a TCP connect; without a port it only has to run. Returns at once if the workload ends.
 */
export async function whenAnswers(
  context: LifecycleContext,
  record: WorkloadRecord,
  { deadlineMs, signal, stayMs = 0, mostCrashes }: Patience,
): Promise<ProbeResult> {
  const startedMs = context.clock.now();
  forgetAnswer(record);
  let crash: Observation | undefined;
  let crashes = 0;
  let observation: Observation | undefined;
  let observeAgainMs = 0;
  let changed = false;
  const onChange = (): void => void (changed = true);
  record.signals.add(onChange);
  try {
    while (!signal.aborted) {
      const now = context.clock.now();
      if (changed || now >= observeAgainMs) {
        changed = false;
        observation = (await observe(record)) ?? observation ?? lastSeenRunning(record);
        if (changed) continue;
        if (observation !== undefined && hasEnded(observation)) return { kind: "ended", observation };
        if (observation?.status === "restarting" && observation.exit?.atMs !== crash?.exit?.atMs) {
          crash = observation;
          crashes += 1;
          if (crashes >= mostCrashes) return { kind: "ended", observation };
        }
        observeAgainMs = now + observeIntervalMs(observation);
        if (signal.aborted) break;
      }
      const endpoint = observation && (await answering(context, record, observation, signal));
      if (changed) continue; // the instance that has just answered may have ended
      // Waiting does not help against a wrong `target_scheme`.
      if (endpoint === undefined && portsOf(record).every(wantsTlsOnly)) return { kind: "wants-tls", observation };
      const stays = endpoint !== NO_ENDPOINT || context.clock.now() - startedMs >= stayMs;
      if (endpoint !== undefined && stays) return { kind: "answers", endpoint };
      if (context.clock.now() >= deadlineMs) {
        if (crash !== undefined) return { kind: "ended", observation: crash };
        return { kind: observation?.health === "unhealthy" ? "unhealthy" : "timed-out", observation };
      }
      await waitForSignal(
        record,
        pause(context, record, observation, context.clock.now() - startedMs),
        signal,
        context.clock,
      );
    }
    return { kind: "timed-out", observation };
  } finally {
    record.signals.delete(onChange);
  }
}

/** Returns the last observation for use while the engine is unreachable; a probe shows whether it still holds. */
function lastSeenRunning({ observation }: WorkloadRecord): Observation | undefined {
  return observation?.status === "running" ? observation : undefined;
}

/** Returns whether it has ended, or was paused by somebody else. */
function hasEnded({ status }: Observation): boolean {
  return status === "absent" || status === "stopped" || status === "paused";
}

function pause(
  context: LifecycleContext,
  record: WorkloadRecord,
  observation: Observation | undefined,
  elapsedMs: number,
): number {
  if (observation !== undefined && awaitsCheck(context, record, observation)) return HEALTH_INTERVAL_MS;
  return probePauseMs(elapsedMs);
}

function wantsTlsOnly({ wantsTls, lastProbe }: PortRecord): boolean {
  return wantsTls && lastProbe === SPEAKS_TLS;
}

function observeIntervalMs(observation: Observation | undefined): number {
  if (observation === undefined || endpointsOf(observation).length === 0) return 100;
  return observation.health === "starting" ? HEALTH_INTERVAL_MS : REACHABLE_INTERVAL_MS;
}
