import { pinUntil } from "./workload/activity.ts";
import type { Emit } from "../core/events.ts";
import type { WakeCause } from "../core/wake-cause.ts";
import type { Deadline } from "../core/next-deadline.ts";
import type { FoundItems } from "../core/observation.ts";
import type { GatewaySettings, IgnoreRules, ScheduleSettings, Settings, SettingsChange } from "../core/settings.ts";
import { type Admitter, type ClientRequest, createAdmitter } from "./admit/admit.ts";
import { applySettings } from "./reconcile/apply.ts";
import { dispatch, type Jobs } from "./workload/dispatch.ts";
import { drainJob, stopJob } from "./stop/drain-stop.ts";
import { isSatisfied } from "./workload/gate.ts";
import type { HoldQueue } from "./admit/hold.ts";
import type { LifecycleContext } from "./context.ts";
import { createMemoryKeeper } from "./workload/memory.ts";
import { notify } from "./workload/notify.ts";
import { applyScheduleChange } from "./stop/apply-schedule-change.ts";
import type { DirectFronts, KnownFronts } from "./direct-fronts.ts";
import type { Clock, Engines, Probe, Store } from "./ports.ts";
import { createReactionQueue } from "./workload/reaction-queue.ts";
import { probeJob } from "./wake/probe.ts";
import { createReconciler } from "./reconcile/reconcile.ts";
import { isOpen } from "./workload/ports-of.ts";
import type { WorkloadRecord } from "./workload/record.ts";
import { createRoutes, type Routes } from "./admit/route.ts";
import { endRecall, idleAfterRecall, orderAfterRecall } from "./stop/recall.ts";
import { sleepIdle } from "./stop/sleep-idle.ts";
import { forgetDirect } from "./usage/direct.ts";
import { takeSample } from "./usage/sample.ts";
import type { Schedule } from "./workload/schedule.ts";
import { mayBeWoken, resume, suspend } from "./stop/suspension.ts";
import { throttle, unthrottle } from "./stop/throttle.ts";
import { rearm } from "./workload/timers.ts";
import { createTruces } from "./reconcile/truces.ts";
import { wakeJob } from "./wake/wake.ts";

/** What the life cycle needs. */
export interface LifecycleDeps {
  readonly clock: Clock;
  readonly probe: Probe;
  readonly store: Store;
  readonly engines: Engines;
  readonly emit: Emit;
  /** Absent: no front forwards directly. */
  readonly fronts?: DirectFronts;
  readonly knownFronts?: KnownFronts;
  /**
   * Returns the change of the settings that follows from the engines' inventories (labels). `changed`: the names of
   * changed containers; absent: anything may have changed.
   */
  settingsFor(found: FoundItems, changed?: ReadonlySet<string>): SettingsChange;
  createSchedule(settings: ScheduleSettings): Schedule;
  readonly matchesIgnore: (rules: IgnoreRules, request: ClientRequest) => boolean;
}

/** The life cycle of all workloads, used by every handler. */
export interface Lifecycle extends Admitter {
  readonly context: LifecycleContext;
  readonly records: ReadonlyMap<string, WorkloadRecord>;
  readonly routes: () => Routes;
  /** The current settings. */
  readonly settings: () => Settings;
  /** Returns true while the engines in use are reachable. */
  readonly enginesUp: () => boolean;
  /** Reads the current state of the engines, then follows them until `stop`. */
  start(): Promise<void>;
  /** Reads the configuration and the inventories again. */
  reload(): Promise<void>;
  wake(record: WorkloadRecord, cause: WakeCause, force?: boolean): void;
  /** Stops it even if it is in use, after a limited wait for open requests. */
  sleep(record: WorkloadRecord): void;
  /** Keeps it awake for `ms` from now, regardless of its idle timeout; 0 ends that. */
  pin(record: WorkloadRecord, ms: number): void;
  /** Stops it, and keeps requests from waking it for `ms` from now. */
  suspend(record: WorkloadRecord, ms: number): void;
  /** Ends a suspension, so that the next request wakes it. */
  resume(record: WorkloadRecord): void;
  stop(): Promise<void>;
}

const JOBS: Jobs = { wake: wakeJob, probe: probeJob, drain: drainJob, stop: stopJob };

/** Creates the life cycle. */
export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const { clock, probe, emit } = deps;
  const records = new Map<string, WorkloadRecord>();
  const retired = new Map<string, WorkloadRecord>();
  const overall: { pending: number; limit: number } & HoldQueue = { pending: 0, limit: 0 };
  const stopped = new AbortController();
  const react = createReactionQueue();
  const routes = createRoutes();
  let settings: Settings | undefined;

  const context: LifecycleContext = {
    clock,
    probe,
    emit,
    truces: createTruces(clock),
    fronts: deps.fronts ?? NO_FRONTS,
    dispatch(record, event) {
      if (isOurs(record)) dispatch({ context, jobs: JOBS, react }, record, event);
    },
    wake,
    rearm(record) {
      if (isOurs(record)) rearm(context, record, act);
    },
    remember: (record) => memory.remember(record),
    save: (record) => memory.save([record]),
  };
  const memory = createMemoryKeeper({
    clock,
    store: deps.store,
    records,
    truces: context.truces,
    fronts: deps.knownFronts,
  });
  const reconciler = createReconciler({
    context,
    engines: deps.engines,
    records,
    apply(found, changed) {
      const change = deps.settingsFor(found, changed);
      overall.limit = change.gateway.maxPending;
      settings = settingsOf(change.gateway, records, routes);
      applySettings({ ...deps, context, records, retired, memory }, change, routes);
      return change.names;
    },
  });
  const admitter = createAdmitter({
    context,
    overall,
    matchesIgnore: deps.matchesIgnore,
    currentRoute(route, host) {
      if (routes.isCurrent(route)) return route;
      return routes.hosts.find(host) ?? routes.byName.get(route.name);
    },
  });

  /** Returns false for a workload that is no longer configured, and after `stop`: both are left as they are. */
  function isOurs(record: WorkloadRecord): boolean {
    return records.get(record.name) === record && !stopped.signal.aborted;
  }

  function wake(record: WorkloadRecord, cause: WakeCause, force = false): void {
    if (!isOurs(record) || !mayBeWoken(record, cause)) return;
    if (cause === "admin" || cause === "schedule") endRecall(context, record);
    const { status } = record.state;
    if (status !== "starting" && status !== "ready") record.wakeCause = cause;
    if (record.throttled) void unthrottle(context, record);
    context.dispatch(record, { type: "wake", force });
    if (record.state.status !== "ready" || isOpen(record)) return;
    for (const { record: dependency, condition } of record.dependencies) {
      if (!isSatisfied(dependency, condition)) wake(dependency, "dependency", force);
    }
  }

  function act(record: WorkloadRecord, deadline: Deadline): Promise<void> | undefined {
    switch (deadline.kind) {
      case "idle":
      case "unneeded":
      case "pause":
        return sleepIdle(context, record, deadline.kind);
      case "resume":
        resume(context, record);
        return undefined;
      case "throttle":
        idleAfterRecall(context, record, () => throttle(context, record));
        return undefined;
      case "sample": {
        const forgotten = forgetDirect(context, record);
        takeSample(context, record);
        return forgotten;
      }
      case "schedule-start":
      case "schedule-stop":
        applyScheduleChange(context, record, deadline.kind === "schedule-start" ? "start" : "stop");
        return undefined;
    }
  }

  /** Restores the limits of throttled workloads, which nothing else would do while the gateway is stopped. */
  async function speedUpAll(): Promise<void> {
    // A reload may have removed one a moment ago, while its limits are still being restored.
    const slow = [...records.values(), ...retired.values()].filter(({ ownLimits }) => ownLimits !== undefined);
    const done = new AbortController();
    const late = clock.sleep(UNTHROTTLE_TIMEOUT_MS, done.signal);
    await Promise.race([Promise.all(slow.map((record) => unthrottle(context, record))), late]);
    done.abort();
  }

  return {
    ...admitter,
    context,
    records,
    routes: () => routes,
    settings: () => {
      if (settings === undefined) throw new TypeError("settings() was called before start()");
      return settings;
    },
    enginesUp: () => reconciler.enginesUp(),
    async start() {
      await memory.load();
      await reconciler.start(() => settings?.gateway.discoveryIntervalMs ?? 0, stopped.signal);
    },
    reload: () => reconciler.reload(),
    wake,
    sleep: (record) =>
      orderAfterRecall(context, record, () => context.dispatch(record, { type: "sleep", reason: "admin" })),
    pin(record, ms) {
      pinUntil(record, ms > 0 ? clock.now() + ms : 0);
      if (ms > 0 && record.recall?.order === undefined) endRecall(context, record);
      if (ms > 0) context.dispatch(record, { type: "arrival" }); // an idle stop may have begun to drain
      context.rearm(record);
      notify(record.watchers);
    },
    suspend: (record, ms) => suspend(context, record, ms),
    resume: (record) => resume(context, record),
    async stop() {
      stopped.abort();
      for (const record of records.values()) {
        record.job?.abort();
        record.targets.following?.abort();
        record.timer?.abort.abort();
        record.recall?.abort.abort();
      }
      await speedUpAll();
      await memory.save(records.values());
      await Promise.all(Object.values(deps.engines).map((engine) => engine.close()));
    },
  };
}

/** How long the engines may take to restore the limits of all workloads. */
const UNTHROTTLE_TIMEOUT_MS = 3_000;

const NO_FRONTS: DirectFronts = { progress: () => ({ kind: "done" }), applyMs: () => 0, recallMs: () => 0 };

/** Returns all settings in force; the lists are built on first use. */
function settingsOf(gateway: GatewaySettings, records: ReadonlyMap<string, WorkloadRecord>, routes: Routes): Settings {
  let workloads: Settings["workloads"] | undefined;
  let groups: Settings["groups"] | undefined;
  return {
    gateway,
    get workloads() {
      return (workloads ??= [...records.values()].map((record) => record.settings));
    },
    get groups() {
      return (groups ??= [...routes.groups.values()]);
    },
  };
}
