import type { FailureCause } from "../../core/failure.ts";
import type { TransitionCause } from "../../core/transition-cause.ts";
import { failureOf } from "../../lifecycle/workload/failure.ts";
import type { LifecycleContext } from "../../lifecycle/context.ts";
import type { Lifecycle } from "../../lifecycle/lifecycle.ts";
import type { TimelineEntry } from "../../lifecycle/workload/parts/history.ts";
import type { WorkloadRecord } from "../../lifecycle/workload/record.ts";
import { numberOf } from "../../lifecycle/wake/target-port.ts";
import { portsOf } from "../../lifecycle/workload/ports-of.ts";
import { stopDeletes } from "../../lifecycle/stop/stop-deletes.ts";
import { suspensionOf } from "../../lifecycle/stop/suspension.ts";
import { keepsAwake } from "../../lifecycle/workload/timers.ts";
import type { CountedKey } from "../../respond/language.ts";
import type { MessageKey } from "../../respond/messages/en.ts";
import { groupsOf } from "./container-status.ts";
import { toWall } from "./idle-schedule.ts";

/** A sentence that is not translated yet: its key and values. */
export interface Reason {
  readonly key: Extract<MessageKey | CountedKey, `explain.${string}`>;
  readonly values?: Readonly<Record<string, ReasonValue>>;
}

/** A value of a sentence; pages and the API format times, durations and causes differently. */
export type ReasonValue =
  | string
  | number
  | { readonly atMs: number }
  | { readonly spanMs: number }
  | { readonly why: TransitionCause }
  /** A whole sentence. */
  | { readonly failed: FailureCause }
  | { readonly anyOf: readonly string[] };

/** Returns why it is awake, from the facts that the life cycle uses. */
export function whyAwake({ context }: Lifecycle, record: WorkloadRecord): Reason[] {
  const came = record.timeline.findLast(({ to }) => to === "starting" || to === "unready" || to === "ready");
  const reasons: Reason[] = [came === undefined ? { key: "explain.seenRunning" } : howItCameUp(record, came)];
  const { lastProbe: answer, state } = record;
  if (answer !== undefined && state.status !== "ready") reasons.push({ key: "explain.notYet", values: { answer } });
  for (const port of portsOf(record)) {
    if (port.silentSinceMs === undefined || port.lastProbe === undefined) continue;
    const values = { port: String(numberOf(record, port)), answer: port.lastProbe };
    reasons.push({ key: "explain.portNotYet", values });
  }
  if (record.state.status === "starting" && record.state.phase === "updating")
    reasons.push(...whyLeftAlone(context, record));
  const { request, tunnel } = record.leasesByKind;
  if (request > 0) reasons.push({ key: "explain.request", values: { n: request } });
  if (tunnel > 0) reasons.push({ key: "explain.tunnel", values: { n: tunnel } });
  return reasons;
}

function howItCameUp({ timeline, wakeCause }: WorkloadRecord, came: TimelineEntry): Reason {
  const woken = timeline.findLast(({ to }) => to === "starting");
  if (woken === undefined) return { key: "explain.outside", values: { at: { atMs: came.wallMs } } };
  return {
    key: "explain.woken",
    values: { at: { atMs: woken.wallMs }, why: { why: wakeCause === undefined ? woken.cause : { code: wakeCause } } },
  };
}

/** Returns what prevents a stop now. */
export function whyNotStopped({ context }: Lifecycle, record: WorkloadRecord): Reason[] {
  const { settings, dependents } = record;
  const now = context.clock.now();
  const left = (untilMs: number) => ({ left: { spanMs: Math.ceil((untilMs - now) / 1_000) * 1_000 } });
  const reasons: Reason[] = [];
  if (record.leases > 0) reasons.push({ key: "explain.open", values: { n: record.leases } });
  const users = dependents.filter((dependent) => keepsAwake(dependent, record)).map(({ name }) => name);
  for (const name of [...users, ...record.tenants]) reasons.push({ key: "explain.needed", values: { name } });
  if (record.pinnedUntilMs > now) reasons.push({ key: "explain.pinned", values: left(record.pinnedUntilMs) });
  else if (record.keepUntilMs > now) reasons.push({ key: "explain.putOff", values: left(record.keepUntilMs) });
  if (record.lastUse !== undefined && record.lastUse.atMs >= record.lastActivityMs)
    reasons.push({
      key: `explain.use.${record.lastUse.by}`,
      values: { at: { atMs: toWall(context, record.lastUse.atMs) } },
    });
  const uptimeMs = record.awakeSinceMs + settings.minUptimeMs;
  if (uptimeMs > now) reasons.push({ key: "explain.minUptime", values: left(uptimeMs) });
  if (stopDeletes(record)) return [...reasons, { key: "explain.stopDeletes" }];
  return [...reasons, ...whyNotIdle(record, now, left)];
}

function whyNotIdle(
  { settings, lastActivityMs }: WorkloadRecord,
  now: number,
  left: (ms: number) => Record<string, ReasonValue>,
): Reason[] {
  const { idleTimeoutMs, hosts } = settings;
  if (idleTimeoutMs === undefined && hosts.length === 0) return [];
  if (!idleTimeoutMs) return [{ key: "explain.noIdle" }];
  const idleAtMs = lastActivityMs + idleTimeoutMs;
  if (idleAtMs <= now) return [];
  return [{ key: "explain.inUse", values: { idle: { spanMs: idleTimeoutMs }, ...left(idleAtMs) } }];
}

/** Returns what would wake it while it is not awake. */
export function wouldWake(lifecycle: Lifecycle, record: WorkloadRecord): Reason[] {
  const { context } = lifecycle;
  const { dependents, name } = record;
  const ways: Reason[] = [...whyLeftAlone(context, record)];
  const suspension = suspensionOf(record);
  if (suspension?.untilMs !== undefined)
    return [suspendedBy(record, suspension.workload, toWall(context, suspension.untilMs))];
  if (suspension !== undefined) return [{ key: "explain.staysStopped" }, { key: "explain.admin" }];
  if (record.state.status === "absent") ways.push({ key: "explain.nothingWakes", values: { name } });
  ways.push(...byRequest(lifecycle, record));
  const failed = failureOf(record);
  if (failed !== undefined && failed.retryAtMs > context.clock.now()) {
    const at = { atMs: toWall(context, failed.retryAtMs) };
    ways.push({ key: "explain.coolDown", values: { at, message: { failed: failed.failure.cause } } });
  }
  for (const dependent of dependents) ways.push({ key: "explain.dependent", values: { name: dependent.name } });
  ways.push({ key: "explain.admin" });
  return ways;
}

/** Returns the truce that keeps it from being started, if there is one. */
function whyLeftAlone({ truces, clock }: LifecycleContext, { name }: WorkloadRecord): Reason[] {
  const truce = truces.of(name);
  if (truce === undefined) return [];
  const seconds = (ms: number) => ({ spanMs: Math.ceil(ms / 1_000) * 1_000 });
  const values = { ago: seconds(clock.now() - truce.sinceMs), left: seconds(truce.untilMs - clock.now()) };
  return [{ key: "explain.updating", values }];
}

function suspendedBy({ name }: WorkloadRecord, workload: string, atMs: number): Reason {
  const at = { atMs };
  return workload === name
    ? { key: "explain.suspended", values: { at } }
    : { key: "explain.suspendedBy", values: { at, name: workload } };
}

function byRequest(lifecycle: Lifecycle, record: WorkloadRecord): Reason[] {
  const { settings, schedule } = record;
  const wall = lifecycle.context.clock.wall();
  if (schedule?.isOpen(wall) === false) {
    const opens = schedule.nextStart(wall);
    return [
      opens === undefined ? { key: "explain.closed" } : { key: "explain.opens", values: { at: { atMs: opens } } },
    ];
  }
  const groups = lifecycle.settings().groups.filter(({ name }) => groupsOf(lifecycle, record).includes(name));
  const hosts = [...settings.hosts, ...groups.flatMap((group) => group.hosts)];
  const isNamed = hosts.length === 0 && groups.length === 0 && record.dependents.length === 0;
  const paths = [
    ...groups.filter((group) => group.hosts.length === 0).map(({ name }) => `group/${name}`),
    ...(isNamed ? [`container/${record.name}`] : []),
  ];
  return [
    ...(hosts.length > 0 ? [{ key: "explain.wakes", values: { hosts: { anyOf: hosts } } } as const] : []),
    ...paths.map((path) => ({ key: "explain.wakesByPath", values: { path } }) as const),
    ...(settings.ignore === undefined ? [] : [{ key: "explain.ignored" } as const]),
  ];
}
