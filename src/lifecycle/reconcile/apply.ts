import { noteWantsTls } from "../wake/wants-tls.ts";
import { forgetScheduleChange } from "../workload/schedule-change.ts";
import type { ScheduleSettings, Settings, WorkloadSettings } from "../../core/settings.ts";
import { follow } from "../workload/follow.ts";
import type { LifecycleContext } from "../context.ts";
import { notify } from "../workload/notify.ts";
import type { Engine, Engines, Memory } from "../ports.ts";
import { routeHosts } from "../wake/probe-hosts.ts";
import { createRecord, type WorkloadRecord } from "../workload/record.ts";
import { retire, type RetireDeps, revive } from "./retire.ts";
import { buildRoutes, type Route, type Routes } from "../admit/route.ts";
import type { Schedule } from "../workload/schedule.ts";

interface ApplyDeps extends RetireDeps {
  readonly engines: Engines;
  createSchedule(settings: ScheduleSettings): Schedule;
}

/** Makes records and routes follow a configuration. Records of workloads that stay are kept, with their leases. */
export function applySettings(deps: ApplyDeps, settings: Settings, former: Routes | undefined): Routes {
  const { context, records } = deps;
  const wanted = new Map(settings.workloads.map((workload) => [workload.name, workload]));
  for (const record of records.values()) {
    const next = wanted.get(record.name);
    if (next === undefined || engineOf(deps, next) !== record.engine) retire(deps, record);
  }
  for (const workload of settings.workloads) {
    const record = records.get(workload.name);
    if (record === undefined) records.set(workload.name, admitNew(deps, workload));
    else update(deps, record, workload);
  }
  link(records);
  for (const record of records.values()) routeHosts(record, settings.groups);
  const routes = buildRoutes(settings, records, former);
  for (const record of records.values()) follow(context, record);
  if (former !== undefined) routeAnew(former, routes);
  context.emit({ type: "settings", hosts: routes.hosts.size, workloads: records.size });
  return routes;
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
  const moved =
    settings.targetPort !== next.targetPort ||
    settings.findsPort !== next.findsPort ||
    settings.targetScheme !== next.targetScheme ||
    settings.targetVerify !== next.targetVerify ||
    settings.network !== next.network;
  if (moved) noteWantsTls(record, false);
  if (!moved || record.observation === undefined) return;
  deps.context.dispatch(record, { type: "observed", observation: record.observation, restarted: true });
  notify(record.signals);
}

/** A request held for a route that has got other hosts or members is routed again by its host. */
function routeAnew(former: Routes, routes: Routes): void {
  for (const [name, route] of former.byName) {
    const next = routes.byName.get(name);
    if (next !== undefined && meaningOf(next) === meaningOf(route)) continue;
    for (const { waiters } of route.members) {
      const waiting = [...waiters];
      for (const waiter of waiting) waiter.settle("failed");
    }
  }
}

function meaningOf({ group, settings, members }: Route): string {
  return JSON.stringify([group?.hosts ?? settings.hosts, members.map((member) => member.name)]);
}

/** Memories are on the wall clock, which may have been set since the gateway started. */
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

function link(records: ReadonlyMap<string, WorkloadRecord>): void {
  for (const record of records.values()) {
    record.dependents = [];
    record.dependencies = record.settings.dependsOn.flatMap(({ name, condition, sharesNetwork = false }) => {
      const dependency = records.get(name);
      if (sharesNetwork) record.networkOwner = name;
      return dependency === undefined ? [] : [{ record: dependency, condition, sharesNetwork }];
    });
  }
  for (const record of records.values()) {
    for (const on of new Set(record.dependencies.map((dependency) => dependency.record))) {
      on.dependents = [...on.dependents, record];
    }
  }
}

function engineOf({ engines }: ApplyDeps, { process, engine = "docker" }: WorkloadSettings): Engine {
  return process === undefined ? (engines[engine] ?? engines.docker) : engines.process;
}
