import type { Endpoint, Instance } from "../../core/observation.ts";
import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { firstAnswering } from "../wake/answering.ts";
import { isSame } from "./another-run.ts";
import type { WorkloadRecord } from "./record.ts";

/**
 * Makes the targets of a ready workload follow its instances: one that ends leaves at once, one that is ready joins.
 * Ends when all of them are targets, or the workload is no longer ready.
 */
export function followInstances(context: LifecycleContext, record: WorkloadRecord): void {
  if (record.targets.following !== undefined || isComplete(record)) return;
  const abort = new AbortController();
  record.targets.following = abort;
  void follow(context, record, abort.signal).finally(() => (record.targets.following = undefined));
}

/** Sends no request for a second to a target that has refused a connection. */
export function rest({ clock }: LifecycleContext, { targets }: WorkloadRecord, target: Endpoint): void {
  targets.restUntilMs.set(keyOf(target), clock.now() + REST_MS);
}

const REST_MS = 1_000;
const RETRY_MS = 250;

async function follow(context: LifecycleContext, record: WorkloadRecord, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !isComplete(record)) {
    dropEnding(context, record);
    const waiting = absentees(record).filter((instance) => !isResting(context, record, instance));
    const found = await Promise.all(waiting.map(({ endpoints }) => firstAnswering(context, record, endpoints, signal)));
    if (!signal.aborted)
      join(
        context,
        record,
        found.flatMap(({ endpoint }) => endpoint ?? []),
      );
    if (!isComplete(record)) await waitForSignal(record, RETRY_MS, signal, context.clock);
  }
}

/** True where there is nothing to follow: also the usual case of one instance, whose end is the end of its run. */
function isComplete(record: WorkloadRecord): boolean {
  const { state, observation } = record;
  if (state.status !== "ready" || observation === undefined) return true;
  if (observation.instances.length <= 1 && state.targets.length === 1) return true;
  return absentees(record).length === 0 && leaving(record).length === 0;
}

/** Instances that take requests and are no targets yet. */
function absentees({ state, observation }: WorkloadRecord): readonly Instance[] {
  if (state.status !== "ready") return [];
  return usable(observation?.instances).filter(({ endpoints }) => !endpoints.some(isOneOf(state.targets)));
}

/** Targets that are no instance any more; the last one leaves by the end of its run. */
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

/** What has answered may have ended meanwhile, or be a target by now. */
function join(context: LifecycleContext, record: WorkloadRecord, found: readonly Endpoint[]): void {
  if (record.state.status !== "ready") return;
  const wanted = absentees(record).flatMap(({ endpoints }) => endpoints);
  const joining = found.filter(isOneOf(wanted));
  if (joining.length === 0) return;
  context.dispatch(record, { type: "targets", targets: [...record.state.targets, ...joining] });
}

function usable(instances: readonly Instance[] = []): readonly Instance[] {
  return instances.filter(({ ready, ending }) => ready && !ending);
}

function isResting(
  { clock }: LifecycleContext,
  { targets: { restUntilMs } }: WorkloadRecord,
  { endpoints }: Instance,
): boolean {
  const now = clock.now();
  for (const [key, untilMs] of restUntilMs) if (untilMs <= now) restUntilMs.delete(key);
  return endpoints.some((endpoint) => restUntilMs.has(keyOf(endpoint)));
}

function isOneOf(endpoints: readonly Endpoint[]): (one: Endpoint) => boolean {
  return (one) => endpoints.some(isSame(one));
}

function keyOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
