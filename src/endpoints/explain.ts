import { failureOf } from "../lifecycle/failure.ts";
import type { Lifecycle } from "../lifecycle/lifecycle.ts";
import type { TimelineEntry, WorkloadRecord } from "../lifecycle/record.ts";
import { needsDependencies } from "../lifecycle/timers.ts";
import { groupsOf } from "./container-status.ts";
import { writeGoDuration } from "./go-duration.ts";
import { sleepPlan, toWall } from "./sleep-plan.ts";

/** Why a container is as it is and what would change that; sentences are English, for people. */
export interface Explanation {
  readonly name: string;
  readonly state: string;
  readonly since: string;
  /** Empty while it sleeps. */
  readonly why_awake: readonly string[];
  /** What keeps it from being put to sleep right now; empty while it sleeps. */
  readonly why_not_stopped: readonly string[];
  readonly would_wake: readonly string[];
  /** `null`: nothing is due. */
  readonly will_stop: { readonly at: string; readonly reason: string } | null;
  /** The last changes of state, oldest first. */
  readonly transitions: readonly { at: string; from: string; to: string; why: string }[];
}

/** Explains one container from what the life cycle itself goes by. */
export function explain(lifecycle: Lifecycle, record: WorkloadRecord): Explanation {
  const { house } = lifecycle;
  const awake = isUp(record);
  const plan = sleepPlan(house, record);
  return {
    name: record.name,
    state: record.state.status,
    since: iso(toWall(house, record.state.sinceMs)),
    why_awake: awake ? whyAwake(record) : [],
    why_not_stopped: awake ? whyNotStopped(lifecycle, record) : [],
    would_wake: wouldWake(lifecycle, record, awake),
    will_stop: awake && plan !== undefined ? { at: iso(plan.atMs), reason: plan.reason } : null,
    transitions: record.timeline.map(({ wallMs, from, to, why }) => ({ at: iso(wallMs), from, to, why })),
  };
}

function whyAwake(record: WorkloadRecord): string[] {
  const came = record.timeline.findLast(({ to }) => to === "starting" || to === "unready" || to === "ready");
  const reasons = [came === undefined ? "It was running when it was first seen." : howItCameUp(record, came)];
  const { request, tunnel } = record.leasesByKind;
  if (request > 0) reasons.push(`${count(request, "request")} open.`);
  if (tunnel > 0) reasons.push(`${count(tunnel, "tunnel")} open.`);
  return reasons;
}

function howItCameUp({ timeline, wakeCause }: WorkloadRecord, came: TimelineEntry): string {
  const woken = timeline.findLast(({ to }) => to === "starting");
  if (woken !== undefined) return `It was woken at ${iso(woken.wallMs)} (${wakeCause ?? woken.why}).`;
  return `Somebody else started it; it was seen at ${iso(came.wallMs)}.`;
}

function whyNotStopped({ house }: Lifecycle, record: WorkloadRecord): string[] {
  const { settings, dependents } = record;
  const now = house.clock.now();
  const left = (untilMs: number): string => writeGoDuration(Math.ceil((untilMs - now) / 1_000) * 1_000);
  const reasons: string[] = [];
  if (record.leases > 0) reasons.push(`${count(record.leases, "request or tunnel", "requests or tunnels")} open.`);
  for (const { name } of dependents.filter(needsDependencies)) reasons.push(`"${name}" needs it and is awake.`);
  if (record.pinnedUntilMs > now) reasons.push(`It is kept awake for another ${left(record.pinnedUntilMs)} (a pin).`);
  else if (record.keepUntilMs > now) reasons.push(`A stop was put off for another ${left(record.keepUntilMs)}.`);
  const uptimeMs = record.awakeSinceMs + settings.minUptimeMs;
  if (uptimeMs > now) reasons.push(`min_uptime holds for another ${left(uptimeMs)}.`);
  reasons.push(...whyNotIdle(record, now, left));
  return reasons;
}

function whyNotIdle({ settings, lastActivityMs }: WorkloadRecord, now: number, left: (ms: number) => string): string[] {
  const { idleTimeoutMs, hosts } = settings;
  if (idleTimeoutMs === undefined && hosts.length === 0) return [];
  if (!idleTimeoutMs) return ["It has no idle_timeout, so that it is never stopped for lack of use."];
  const idleAtMs = lastActivityMs + idleTimeoutMs;
  if (idleAtMs <= now) return [];
  return [`It was in use: its idle_timeout of ${writeGoDuration(idleTimeoutMs)} ends in ${left(idleAtMs)}.`];
}

function wouldWake(lifecycle: Lifecycle, record: WorkloadRecord, awake: boolean): string[] {
  if (awake) return [];
  const { house } = lifecycle;
  const { settings, schedule, dependents } = record;
  const wall = house.clock.wall();
  const ways: string[] = [];
  if (record.state.status === "absent") ways.push(`Nothing, until there is a container named "${record.name}".`);
  if (schedule?.isOpen(wall) === false) {
    const opens = schedule.nextStart(wall);
    ways.push(opens === undefined ? "No request: its schedule is closed." : `Its schedule, at ${iso(opens)}.`);
  } else {
    const groups = lifecycle.settings().groups.filter(({ name }) => groupsOf(lifecycle, record).includes(name));
    const hosts = [...settings.hosts, ...groups.flatMap((group) => group.hosts)];
    if (hosts.length > 0) ways.push(`A request for ${hosts.join(" or ")}.`);
    if (settings.ignore !== undefined) ways.push("Not a request that one of its ignore rules matches.");
  }
  const failed = failureOf(record);
  if (failed !== undefined && failed.retryAtMs > house.clock.now()) {
    ways.push(`Not before ${iso(toWall(house, failed.retryAtMs))}: ${failed.failure.message}.`);
  }
  for (const { name } of dependents) ways.push(`A wake of "${name}", which needs it.`);
  ways.push("An administrator.");
  return ways;
}

function isUp({ state: { status } }: WorkloadRecord): boolean {
  return status === "starting" || status === "unready" || status === "ready" || status === "draining";
}

function count(amount: number, one: string, many = `${one}s`): string {
  return amount === 1 ? `1 ${one} is` : `${amount} ${many} are`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
