import { noteWantsTls } from "../wake/wants-tls.ts";
import { forgetScheduleChange } from "../workload/schedule-change.ts";
import type { ScheduleSettings, SettingsChange, WorkloadSettings } from "../../core/settings.ts";
import { follow } from "../workload/follow.ts";
import { followPorts } from "../workload/follow-instances.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "../workload/notify.ts";
import type { Engine, Engines, Memory } from "../ports.ts";
import { routeHosts } from "../wake/probe-hosts.ts";
import { namedPortRecords } from "../workload/parts/probe.ts";
import { portsOf } from "../workload/ports-of.ts";
import { createRecord, type WorkloadRecord } from "../workload/record.ts";
import { forgetRunTargets } from "./observe.ts";
import { retire, type RetireDeps, revive } from "./retire.ts";
import type { Routes, RouteSet } from "../admit/route.ts";
import type { Schedule } from "../workload/schedule.ts";

interface ApplyDeps extends RetireDeps {
  readonly engines: Engines;
  createSchedule(settings: ScheduleSettings): Schedule;
}

/** Applies a change of settings to records and routes. Workloads that stay keep their records and leases. */
export function applySettings(deps: ApplyDeps, change: SettingsChange, routes: Routes): void {
  const { context, records } = deps;
  const wanted = new Map(change.workloads.map((workload) => [workload.name, workload]));
  for (const name of change.names) {
    const [record, next] = [records.get(name), wanted.get(name)];
    if (record !== undefined && (next === undefined || engineOf(deps, next) !== record.engine)) retire(deps, record);
  }
  for (const workload of change.workloads) {
    const record = records.get(workload.name);
    if (record === undefined) records.set(workload.name, admitNew(deps, workload));
    else update(deps, record, workload);
  }
  const changed = change.workloads.flatMap(({ name }) => records.get(name) ?? []);
  link(changed, records);
  const replaced = routes.replace(change, records);
  for (const record of changed) routeHosts(record, routes.groupsOf(record.name));
  for (const record of changed) follow(context, record);
  rerouteHeld(replaced);
  const names = [...change.names];
  context.emit({ type: "settings", hosts: routes.hosts.size, workloads: records.size, names });
}

function admitNew(deps: ApplyDeps, workload: WorkloadSettings): WorkloadRecord {
  const { context, memory } = deps;
  const engine = engineOf(deps, workload);
  const former = revive(deps, workload, engine);
  const known = onTheClock(context, memory.recall(workload.name));
  const record = former ?? createRecord(workload, engine, known, context.clock.now());
  record.settings = workload;
  record.onRunOver = (endpoint) => context.emit({ type: "run-over", workload: record.name, endpoint });
  record.schedule = workload.schedule && deps.createSchedule(workload.schedule);
  return record;
}

function update(deps: ApplyDeps, record: WorkloadRecord, next: WorkloadSettings): void {
  const { settings } = record;
  if (JSON.stringify(settings.schedule) !== JSON.stringify(next.schedule)) {
    record.schedule = next.schedule && deps.createSchedule(next.schedule);
    forgetScheduleChange(record);
  }
  record.settings = next;
  record.named = namedPortRecords(next, record.named);
  const moved =
    settings.targetPort !== next.targetPort ||
    settings.findsPort !== next.findsPort ||
    settings.targetScheme !== next.targetScheme ||
    settings.targetVerify !== next.targetVerify ||
    settings.network !== next.network;
  if (!moved) {
    if (JSON.stringify(settings.hostPorts) !== JSON.stringify(next.hostPorts)) followPorts(deps.context, record);
    return;
  }
  for (const port of portsOf(record)) noteWantsTls(port, false);
  forgetRunTargets(record);
  if (record.observation === undefined) return;
  deps.context.dispatch(record, { type: "observed", observation: record.observation, restarted: true });
  notify(record.signals);
}

/** Routes requests again that are held for a route whose hosts, ports or members have changed. */
function rerouteHeld(replaced: ReturnType<Routes["replace"]>): void {
  for (const { former, next } of replaced) {
    if (next !== undefined && meaningOf(next) === meaningOf(former)) continue;
    for (const { waiters } of former.main.members) {
      const waiting = [...waiters];
      for (const waiter of waiting) waiter.settle("failed");
    }
  }
}

function meaningOf({ main, byHost }: RouteSet): string {
  const ways = byHost.map(([host, { memberPorts }]) => [host, memberPorts.map(({ port }) => port.namedPort)]);
  return JSON.stringify([main.members.map((member) => member.name), ways]);
}

/** Converts the wall-clock times of a memory; the wall clock may have been set since the gateway started. */
function onTheClock({ clock }: LifecycleContext, memory: Memory | undefined): Memory | undefined {
  if (memory === undefined) return undefined;
  const offsetMs = clock.now() - clock.wall();
  const { lastActivityMs, suspendedUntilMs } = memory;
  return {
    ...memory,
    ...(lastActivityMs !== undefined && { lastActivityMs: lastActivityMs + offsetMs }),
    ...(suspendedUntilMs !== undefined && { suspendedUntilMs: suspendedUntilMs + offsetMs }),
  };
}

/** Updates the links of changed records to their dependencies and dependents. */
function link(changed: readonly WorkloadRecord[], records: ReadonlyMap<string, WorkloadRecord>): void {
  for (const record of changed) {
    record.dependents = [];
    record.dependencies = record.settings.dependsOn.flatMap(({ name, condition, sharesNetwork = false }) => {
      const dependency = records.get(name);
      if (sharesNetwork) record.networkOwner = name;
      return dependency === undefined ? [] : [{ record: dependency, condition, sharesNetwork }];
    });
  }
  for (const record of changed) {
    for (const on of new Set(record.dependencies.map((dependency) => dependency.record))) {
      on.dependents = [...on.dependents, record];
    }
  }
}

function engineOf({ engines }: ApplyDeps, { process, engine = "docker" }: WorkloadSettings): Engine {
  return process === undefined ? (engines[engine] ?? engines.docker) : engines.process;
}
