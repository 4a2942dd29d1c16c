import type { ClientClass } from "../../core/client-class.ts";
import type { Gate } from "../../core/decision.ts";
import type { VetoReason, WakeCause } from "../../core/events.ts";
import type { Endpoint, Observation } from "../../core/observation.ts";
import type { DependencyCondition, WorkloadSettings } from "../../core/settings.ts";
import type { TransitionCause } from "../../core/transition-cause.ts";
import type { WorkloadState } from "../../core/workload-state.ts";
import type { EndedBy, Engine, Limits, Memory, WorkloadRef } from "../ports.ts";
import { createFrontPart, type FrontPart } from "./front-part.ts";
import type { Sampling } from "../usage/in-use.ts";
import { firstHosts, type ProbeHosts } from "../wake/probe-hosts.ts";
import type { Schedule } from "./schedule.ts";
import { targetPortOf } from "../wake/target-port.ts";

/** Everything known of one workload; there is one record per name for as long as it is configured. */
export interface WorkloadRecord extends FrontPart {
  readonly name: string;
  settings: WorkloadSettings;
  engine: Engine;
  schedule: Schedule | undefined;
  /** The schedule's next opening or closing (wall clock), until it was acted on. */
  nextScheduleChange: { readonly kind: "start" | "stop"; readonly atMs: number } | undefined;
  dependencies: readonly DependencyLink[];
  dependents: readonly WorkloadRecord[];
  /** The workload whose network it uses, or used until that one was removed. */
  networkOwner: string | undefined;
  /** Running containers without a record that use its network. */
  tenants: readonly string[];

  state: WorkloadState;
  lastRun: number;
  /** Set while requests may pass: ready, its dependencies ready, its schedule open. */
  gate: Gate | undefined;
  job: AbortController | undefined;
  observation: Observation | undefined;
  /** The engine has reported that it ends, and it has not been observed since. */
  endReported: boolean;
  /** Somebody else has ordered the end of this run. */
  endOrdered: boolean;
  /** When such an order, or the end that it led to, was last heard of. */
  orderHeardMs: number;
  /** The last observation that had been begun by then: what it finds may be older than the order. */
  endOrderedAtSeq: number;
  /** Nobody is sent there until then, since somebody else has ordered its end; 0: nobody has. */
  endingUntilMs: number;
  /** Who ended its last run; `undefined` while it runs, or when nobody saw its end. */
  endedBy: EndedBy | undefined;
  /** How many of its last runs in a row were short and ended by themselves. */
  crashes: number;
  /** The number of the observation that was begun last, and that of `observation`. */
  lastSeq: number;
  observationSeq: number;
  /** The engine's start that is under way, with its fault if it has one; there is never a second one. */
  startCall: Promise<unknown> | undefined;
  /** Our start has ended well: the first observation after this one sees our run, however late it is. */
  startedAtSeq: number | undefined;
  /** Which run was begun by us. */
  ourRun: string | undefined;
  /** Where this run was ready. */
  runTargets: readonly Endpoint[];
  /** Set while its targets follow its instances; until when nobody is sent to one that refused (`host:port`). */
  readonly targets: { following: AbortController | undefined; readonly restUntilMs: Map<string, number> };
  /** Called when that run is over. */
  onRunOver: (endpoint: Endpoint) => void;
  /** Where it answered last, if nobody configured a port. */
  answeredPort: number | undefined;

  /** Open requests, streams, tunnels by kind; `leases` is their sum. */
  leases: number;
  readonly leasesByKind: Record<LeaseKind, number>;
  lastActivityMs: number;
  /** When the last lease was opened; 0: none was. */
  lastArrivalMs: number;
  /** When it was last seen running without us, if it has not been used since. */
  firstSeenMs: number | undefined;
  /** What kind of client used it last. */
  lastClient: ClientClass | undefined;
  awakeSinceMs: number;
  asleepSinceMs: number;
  /** A veto or a failed stop keeps it awake until then; 0: nothing does. */
  keepUntilMs: number;
  /** What last kept it awake besides requests, and when; absent in a run that nothing did. */
  lastUse: { readonly by: VetoReason; readonly atMs: number } | undefined;
  /** Somebody wants it awake until then; 0: nobody. */
  pinnedUntilMs: number;
  /** Nobody wakes it before then; 0: it is not suspended. */
  suspendedUntilMs: number;
  throttled: boolean;
  /** Set while it is throttled: gives it its full speed back. Whoever uses it calls it. */
  speedUp: (() => void) | undefined;
  /** Set from before it is throttled until it has its own limits back. */
  ownLimits: Limits | undefined;
  /** How many instances it had when it last had any: so many are started. `undefined`: not known, so that its engine decides. */
  formerInstances: number | undefined;
  /** Settles when no change of its limits is under way. */
  limiting: Promise<void>;
  /** A front proxy asks about it, so that its traffic does not pass through us. */
  seenByFront: boolean;
  /** When a front proxy last let something through that may stay open almost silently (an upgrade, an event stream); 0: never. */
  streamSeenMs: number;
  sampling: Sampling | undefined;
  timer: { readonly atMs: number; readonly abort: AbortController } | undefined;

  readonly waiters: Set<Waiter>;
  /** Called at each change of status or phase: long polls and live pages. */
  readonly watchers: Set<() => void>;
  /** Called when a lease closes or the engine reports a change: jobs that wait for it. */
  readonly signals: Set<() => void>;

  probeHosts: ProbeHosts;
  /** What it said to the last probe, while that keeps it from being ready: a few plain words. */
  lastProbe: string | undefined;
  /** Who has answered since it is ready; while that is its endpoint, no answer is the first. */
  heardFrom: Endpoint | undefined;
  /** Set while its first answer was like that of an app that takes TLS alone: whether it does. */
  tlsCheck: Promise<boolean> | undefined;
  /** It was found to take TLS alone, though it is to be spoken to in plain HTTP. */
  wantsTls: boolean;

  wakeCause: WakeCause | undefined;
  wakeStartedMs: number;
  failures: number;
  failedAtMs: number | undefined;
  wakesMs: readonly number[];
  wakesTotal: number;
  asleepMs: number;
  wokenByUs: boolean;
  stoppedByUs: boolean;
  memoryBytes: number | undefined;
  /** The container that was reported as never stopped. */
  neverStopped: string | undefined;
  readonly timeline: TimelineEntry[];
}

/** Somebody who waits for any of some workloads to let requests pass. */
export interface Waiter {
  readonly members: readonly WorkloadRecord[];
  settle(outcome: "ready" | "failed"): void;
}

export interface DependencyLink {
  readonly record: WorkloadRecord;
  readonly condition: DependencyCondition;
  readonly sharesNetwork: boolean;
}

export type LeaseKind = "request" | "tunnel";

export interface TimelineEntry {
  readonly wallMs: number;
  readonly from: WorkloadState["status"];
  readonly to: WorkloadState["status"];
  readonly cause: TransitionCause;
}

/** A record of a workload that has not been observed yet; `memory` is what a former run of the gateway knew. */
export function createRecord(
  settings: WorkloadSettings,
  engine: Engine,
  memory: Memory | undefined,
  nowMs: number,
): WorkloadRecord {
  return {
    name: settings.name,
    settings,
    engine,
    schedule: undefined,
    nextScheduleChange: undefined,
    dependencies: [],
    dependents: [],
    networkOwner: undefined,
    tenants: [],
    state: { status: "unseen", sinceMs: nowMs },
    lastRun: 0,
    gate: undefined,
    job: undefined,
    observation: undefined,
    lastSeq: 0,
    observationSeq: 0,
    startCall: undefined,
    endReported: false,
    endOrdered: false,
    orderHeardMs: Number.NEGATIVE_INFINITY,
    endOrderedAtSeq: 0,
    endingUntilMs: 0,
    endedBy: memory?.endedBy,
    crashes: 0,
    startedAtSeq: undefined,
    ourRun: undefined,
    runTargets: [],
    targets: { following: undefined, restUntilMs: new Map() },
    onRunOver() {},
    answeredPort: memory?.answeredPort,
    leases: 0,
    leasesByKind: { request: 0, tunnel: 0 },
    lastActivityMs: Math.min(memory?.lastActivityMs ?? 0, nowMs),
    lastArrivalMs: 0,
    firstSeenMs: undefined,
    lastClient: undefined,
    awakeSinceMs: nowMs,
    asleepSinceMs: nowMs,
    keepUntilMs: 0,
    lastUse: undefined,
    pinnedUntilMs: 0,
    suspendedUntilMs: (memory?.suspendedUntilMs ?? 0) > nowMs ? (memory?.suspendedUntilMs ?? 0) : 0,
    throttled: false,
    speedUp: undefined,
    ownLimits: memory?.ownLimits,
    formerInstances: memory?.instances,
    limiting: Promise.resolve(),
    seenByFront: memory?.seenByFront === true,
    // What a front carries may have begun before we were restarted, and be almost silent.
    streamSeenMs: memory?.seenByFront === true ? nowMs : 0,
    ...createFrontPart(memory, nowMs),
    sampling: undefined,
    timer: undefined,
    waiters: new Set(),
    watchers: new Set(),
    signals: new Set(),
    probeHosts: firstHosts(settings.hosts, memory?.goodHosts),
    lastProbe: undefined,
    heardFrom: undefined,
    tlsCheck: undefined,
    wantsTls: false,
    wakeCause: undefined,
    wakeStartedMs: 0,
    failures: memory?.failures ?? 0,
    failedAtMs: memory?.failedAtMs,
    wakesMs: memory?.wakesMs ?? [],
    wakesTotal: memory?.wakesTotal ?? 0,
    asleepMs: memory?.asleepMs ?? 0,
    wokenByUs: memory?.stoppedByUs === false && memory.wakesTotal > 0,
    stoppedByUs: memory?.stoppedByUs ?? false,
    memoryBytes: undefined,
    neverStopped: undefined,
    timeline: [],
  };
}

/** What the engine needs to know of it. */
export function refOf(record: WorkloadRecord): WorkloadRef {
  const { network, process, findsPort } = record.settings;
  const targetPort = targetPortOf(record);
  return { name: record.name, targetPort, network, ...(findsPort && { findsPort }), ...(process && { process }) };
}
