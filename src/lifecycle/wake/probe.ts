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

export type ProbeResult =
  | { readonly kind: "answers"; readonly endpoint: Endpoint }
  | { readonly kind: "ended" | "timed-out" | "unhealthy" | "wants-tls"; readonly observation: Observation | undefined };

const HEALTH_INTERVAL_MS = 500;
const REACHABLE_INTERVAL_MS = 1_000;

/**
 * The job behind `unready` and `failed`: something runs that we did not (or could not) wake; reports when it is ready.
 */
export async function probeJob(
  context: LifecycleContext,
  record: WorkloadRecord,
  run: number,
  signal: AbortSignal,
): Promise<void> {
  const until = context.clock.now() + record.settings.startTimeoutMs;
  // However often its engine restarts it meanwhile: the next request finds out.
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
  // Otherwise the next request starts a wake, which observes it again.
}

/** Limits of patience. */
interface Patience {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** How long a workload without a port must have run to be believed. */
  readonly stayMs?: number;
  /** With so many crashes it has ended, though its engine keeps restarting it. */
  readonly mostCrashes: number;
}

/**
 * Waits until the app answers: by HTTP where `health_path` is set, by Docker's health check where the image has one, else
 * by a TCP connect; without a port it is enough that it runs. Sees at once when the workload ends meanwhile.
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
      if (changed) continue; // what has just answered may be gone
      // Waiting does not fix that.
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

/** While the engine is unreachable, the last observation stands: a probe shows whether it is right. */
function lastSeenRunning({ observation }: WorkloadRecord): Observation | undefined {
  return observation?.status === "running" ? observation : undefined;
}

/** Paused counts as well: somebody has done that. */
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
