import type { Endpoint, Instance } from "../../core/observation.ts";
import { settleWaiters } from "../admit/hold.ts";
import type { LifecycleContext } from "../context.ts";
import { forgetRunTargets, observe } from "../reconcile/observe.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { firstAnswering, noteProbe, probePauseMs } from "../wake/answering.ts";
import { isAnotherRun, isSame } from "./another-run.ts";
import { notify } from "./notify.ts";
import type { PortRecord } from "./parts/probe.ts";
import { isOf, portsOf } from "./ports-of.ts";
import type { WorkloadRecord } from "./record.ts";
import { noteSilence, silenceCause } from "./silence.ts";

/**
 * Keeps the targets of a ready workload in step with its instances and their ports: removes an instance that ends at
 * once, adds one when it is ready. Ends when all are targets, or when the workload is no longer ready.
 */
export function followInstances(context: LifecycleContext, record: WorkloadRecord): void {
  if (record.targets.following !== undefined || isComplete(record)) return;
  const abort = new AbortController();
  record.targets.following = abort;
  // Each port on its own, so that a slow one does not delay the others.
  const all = portsOf(record).map((port) => follow(context, record, port, abort.signal));
  void Promise.all(all).finally(() => {
    if (record.targets.following === abort) record.targets.following = undefined;
  });
}

/** Removes the targets of ports that no host names any more; open requests to them continue. */
export function followPorts(context: LifecycleContext, record: WorkloadRecord): void {
  record.targets.following?.abort();
  record.targets.following = undefined;
  forgetRunTargets(record);
  noteSilence(record, context.clock.now());
  if (record.state.status === "ready") {
    const targets = record.state.targets.filter(
      ({ namedPort }) => namedPort === undefined || record.named.has(namedPort),
    );
    if (targets.length < record.state.targets.length) context.dispatch(record, { type: "targets", targets });
  }
  followInstances(context, record);
  notify(record.signals);
}

/** Sends no requests for a second to a target that has refused a connection. */
export function avoidTarget({ clock }: LifecycleContext, { targets }: WorkloadRecord, target: Endpoint): void {
  targets.avoidUntilMs.set(keyOf(target), clock.now() + AVOID_MS);
}

const AVOID_MS = 1_000;
const RETRY_MS = 250;
const OBSERVE_AGAIN_MS = 1_000;
const LATE_OBSERVE_AGAIN_MS = 30_000;

async function follow(
  context: LifecycleContext,
  record: WorkloadRecord,
  port: PortRecord,
  signal: AbortSignal,
): Promise<void> {
  let observedMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted && !isComplete(record)) {
    dropEnding(context, record);
    const patienceMs = port.isSilenceReported ? LATE_OBSERVE_AGAIN_MS : OBSERVE_AGAIN_MS;
    if (isUnknown(record, port) && context.clock.now() - observedMs >= patienceMs) {
      observedMs = context.clock.now();
      await observeAgain(context, record);
    }
    const waiting = missingInstances(record, port).filter((endpoints) => !isAvoided(context, record, port, endpoints));
    const found = await Promise.all(waiting.map((endpoints) => firstAnswering(context, record, endpoints, signal)));
    if (signal.aborted) return;
    const [answer] = found;
    if (port.silentSinceMs !== undefined && answer !== undefined) noteProbe(port, answer);
    const joining = found.flatMap(({ endpoint }) => endpoint ?? []);
    join(context, record, port, joining);
    reportSilence(context, record, port);
    if (!isComplete(record)) await waitForSignal(record, pauseMs(context, record, port), signal, context.clock);
  }
}

/** Returns true if an instance has no known address on this port, because a network or a port was added since. */
function isUnknown(record: WorkloadRecord, port: PortRecord): boolean {
  if (port.silentSinceMs === undefined) return false;
  const reached = missingInstances(record, port);
  return reached.length > 0 && reached.every((endpoints) => endpoints.length === 0);
}

async function observeAgain(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const last = record.observation;
  const seen = await observe(record);
  if (seen === undefined || seen === last) return;
  context.dispatch(record, { type: "observed", observation: seen, restarted: isAnotherRun(record, last, seen) });
}

/** Returns true if all instances are targets; usually there is only one, whose end is the end of the run. */
function isComplete(record: WorkloadRecord): boolean {
  const { state, observation, named } = record;
  if (state.status !== "ready" || observation === undefined) return true;
  if (observation.instances.length <= 1 && state.targets.length === 1 && named.size === 0) return true;
  return portsOf(record).every((port) => missingInstances(record, port).length === 0) && leaving(record).length === 0;
}

/** Returns the addresses of each usable instance that is not a target at this port yet. */
function missingInstances({ state, observation }: WorkloadRecord, port: PortRecord): readonly (readonly Endpoint[])[] {
  if (state.status !== "ready") return [];
  const { targets } = state;
  const reached = usable(observation?.instances).map(({ endpoints }) => endpoints.filter(isOf(port)));
  return reached.filter((endpoints) => !endpoints.some(isOneOf(targets)));
}

/** Returns the targets whose instance has ended, unless these are all: then the run has ended. */
function leaving({ state, observation }: WorkloadRecord): readonly Endpoint[] {
  if (state.status !== "ready") return [];
  const endpoints = usable(observation?.instances).flatMap((instance) => instance.endpoints);
  const gone = state.targets.filter((target) => !endpoints.some(isSame(target)));
  return gone.length === state.targets.length ? [] : gone;
}

function dropEnding(context: LifecycleContext, record: WorkloadRecord): void {
  const gone = leaving(record);
  if (record.state.status !== "ready" || gone.length === 0) return;
  const targets = record.state.targets.filter((target) => !gone.includes(target));
  context.dispatch(record, { type: "targets", targets });
}

/** Adds targets, except those that have ended or were added meanwhile. */
function join(context: LifecycleContext, record: WorkloadRecord, port: PortRecord, found: readonly Endpoint[]): void {
  if (record.state.status !== "ready") return;
  const joining = found.filter(isOneOf(missingInstances(record, port).flat()));
  if (joining.length === 0) return;
  context.dispatch(record, { type: "targets", targets: [...record.state.targets, ...joining] });
}

/** Ends the wait for a port that takes too long, and reports it once. */
function reportSilence(context: LifecycleContext, record: WorkloadRecord, port: PortRecord): void {
  const cause = port.isSilenceReported ? undefined : silenceCause(record, port, context.clock.now());
  if (cause === undefined) return;
  port.isSilenceReported = true;
  context.emit({ type: "port-silent", workload: record.name, cause });
  settleWaiters(record, context.clock);
  notify(record.watchers);
}

/**
 * Returns the pause before the next probe: short as during a start if requests are waiting for a port without targets.
 */
function pauseMs({ clock }: LifecycleContext, record: WorkloadRecord, port: PortRecord): number {
  if (port.isSilenceReported || missingInstances(record, port).length === 0) return AVOID_MS;
  return port.silentSinceMs === undefined ? RETRY_MS : probePauseMs(clock.now() - port.silentSinceMs);
}

function usable(instances: readonly Instance[] = []): readonly Instance[] {
  return instances.filter(({ ready, ending }) => ready && !ending);
}

/** Returns true if one of these endpoints has just refused; the only target of a port is tried again at once. */
function isAvoided(
  { clock }: LifecycleContext,
  { targets: { avoidUntilMs } }: WorkloadRecord,
  { silentSinceMs }: PortRecord,
  endpoints: readonly Endpoint[],
): boolean {
  const now = clock.now();
  for (const [key, untilMs] of avoidUntilMs) if (untilMs <= now) avoidUntilMs.delete(key);
  return silentSinceMs === undefined && endpoints.some((endpoint) => avoidUntilMs.has(keyOf(endpoint)));
}

function isOneOf(endpoints: readonly Endpoint[]): (one: Endpoint) => boolean {
  return (one) => endpoints.some(isSame(one));
}

function keyOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
