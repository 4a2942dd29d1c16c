import type { ReachFacts } from "../core/front-reach.ts";
import type { KnownFront } from "../core/recall.ts";
import type { Endpoint, InventoryItem, Observation } from "../core/observation.ts";
import type { EngineCapabilities, EngineKind } from "../core/engine-kind.ts";
import type { ProcessSettings, StopMethod } from "../core/settings.ts";
import type { Traffic, Usage } from "../core/usage.ts";

/** What an engine needs to observe and start a workload. */
export interface WorkloadRef {
  readonly name: string;
  readonly targetPort: number | undefined;
  /** `targetPort` is not configured, so the ports that the image exposes are endpoints as well. */
  readonly findsPort?: boolean;
  /** Ports inside the container that hosts name (`host=port`); their endpoints have `namedPort`. */
  readonly namedPorts?: readonly number[];
  readonly network: string;
  readonly process?: ProcessSettings;
}

/** How to stop a workload. */
export interface StopOrder {
  readonly method: StopMethod;
  /** How long the workload may take to end before it is killed; `undefined`: its own stop timeout, else 10 s. */
  readonly timeoutMs: number | undefined;
  /** Empty: the image's. */
  readonly signal: string;
  /** Rejects with `changed` unless this is still its version; needs the capability `conditionalStop`. */
  readonly onlyIf?: string;
}

/** The result of a stop. */
export interface StopResult {
  /** The number of instances before; 0: it was already stopped. */
  readonly instances: number;
  /** Set if it did not end within this time and was killed. */
  readonly killedAfterMs?: number;
}

/** The stop timeout if none is configured, as in Docker. */
export const DEFAULT_STOP_TIMEOUT_MS = 10_000;

/**
 * Starts, stops and observes workloads. Every call may reject with `EngineError` and nothing else. Calls are
 * idempotent: starting a running workload and stopping a stopped one succeed.
 */
export interface Engine {
  /** Identifies this engine among all (`docker`, `process`, `swarm`, the name of a Docker host). */
  readonly id: string;
  readonly kind: EngineKind;
  readonly capabilities: EngineCapabilities;
  /** Lists all workloads, running or not. */
  list(): Promise<readonly InventoryItem[]>;
  /** Returns the real state of a workload; a missing one is `absent`, not an error. */
  observe(ref: WorkloadRef): Promise<Observation>;
  /** Starts or unpauses it; resolves when it runs, not when it is ready. `instances`: unless the engine has a count. */
  start(ref: WorkloadRef, instances?: number): Promise<void>;
  /** Stops a workload as ordered and starts it again; unlike a stop, this does not delete a `--rm` container. */
  restart(ref: WorkloadRef, order: StopOrder): Promise<void>;
  /** Stops a workload. Resolves when it takes no new requests and can be started again (Docker: ended or paused). */
  stop(ref: WorkloadRef, order: StopOrder): Promise<StopResult>;
  /**
   * Calls `onChange` soon after a change, until `signal` aborts: with the name if it concerns one workload, and with
   * what happened if the engine reports that. A notification proves nothing; the listener must observe. Reconnects by
   * itself, then sends a notification without a name. Calls `onLink` when the engine becomes reachable or unreachable.
   */
  watch(onChange: OnChange, onLink: OnLink, signal: AbortSignal): void;
  /** Returns the last `lines` lines of output, oldest first, without ANSI escapes and control characters. */
  logs(ref: WorkloadRef, lines: number): Promise<readonly string[]>;
  /** Returns counters since the start; `undefined` if they cannot be read. */
  usage(ref: WorkloadRef): Promise<Usage | undefined>;
  /** Returns the same at once, without CPU and memory if these take longer. Absent if `usage` is as quick. */
  traffic?(ref: WorkloadRef): Promise<Traffic | undefined>;
  /** Returns how many commands run in it (`docker exec`), apart from its health check. */
  execs(ref: WorkloadRef): Promise<number>;
  /** Returns its current limits. Like the next two, only with the capability `throttle`. */
  limits(ref: WorkloadRef): Promise<Limits>;
  /** Limits a running workload to this allowance. */
  throttle(ref: WorkloadRef, allowance: Allowance): Promise<void>;
  /** Restores its own limits; does nothing if it was recreated since. */
  restore(ref: WorkloadRef, own: Limits): Promise<void>;
  /** Returns how a front can reach it, even while it sleeps. Absent if the engine does not know. */
  reachFacts?(ref: WorkloadRef): Promise<ReachFacts | undefined>;
  /** Returns when a front that looks up addresses by itself, and applies changes in `applyMs`, reaches a workload. */
  frontDelay?(ref: WorkloadRef, applyMs: number): Promise<FrontDelay>;
  /** Returns the names of the networks of the container at this address; `undefined` if there is none. */
  networksAt?(address: string): Promise<ReadonlySet<string> | undefined>;
  /** Releases the engine's resources; the process engine ends its children. */
  close(): Promise<void>;
}

/** How far a front that looks up addresses by itself is with a workload. */
export interface FrontDelay {
  /** In how many milliseconds it reaches the workload; 0: now. */
  readonly ms: number;
  /** The front's address for it never changes; otherwise requests that the front already has go to the former one. */
  readonly isFixed: boolean;
}

/** All engines by id. */
export type Engines = Readonly<Record<string, Engine>> & Readonly<Record<"docker" | "process", Engine>>;

/** Notifies of a change, of one workload or (without a name) of anything. */
export type OnChange = (name?: string, news?: News) => void;

/** What an engine reports about a workload before an observation shows it; the gateway's own orders are left out. */
export type News =
  /** Somebody else has ordered it to stop, which may take a while. */
  | { readonly kind: "ending" }
  /** Its process has ended; the engine may report the details later. `ordered`: by somebody else. */
  | { readonly kind: "ended"; readonly ordered: boolean }
  | { readonly kind: "started" | "made" | "removed" }
  /** Concerns no workload: the engine has closed its event stream, as it does when it shuts down. */
  | { readonly kind: "cut" }
  | { readonly kind: "renamed"; readonly from: string };

/** Who ended the last run: this gateway, somebody else, or the workload itself (a crash, or its work was done). */
export type EndedBy = "us" | "other" | "itself";

/** Reports whether an engine is reachable. `lacks`: one sentence on what a reachable engine does not permit. */
export type OnLink = (up: boolean, lacks?: string) => void;

/** The limits of an unused workload. */
export interface Allowance {
  readonly cpus: number;
  /** Its memory reservation; 0: unchanged. */
  readonly memoryBytes: number;
}

/** A workload's own limits in its engine's format, and the id of the container that they belong to. */
export interface Limits {
  readonly id: string;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * A failed engine call: `unreachable` (try again later), `absent` (no such workload), `network` (the container whose
 * network it uses is gone), `changed` (somebody else has changed it), `forbidden` (the message names the missing
 * permission), `refused` (any other error response).
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: "unreachable" | "absent" | "network" | "changed" | "forbidden" | "refused";
  constructor(code: EngineError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The result of one probe attempt. */
export interface ProbeAnswer {
  /** `ready`: it accepts connections, or answers 2xx. `to-https`: it only redirects to https. */
  readonly kind: "ready" | "to-https" | "no";
  /** A short description, such as `/up: 302 → /login`, `connection refused` or `SPEAKS_TLS`. */
  readonly summary: string;
  /** The status of an HTTP response. */
  readonly status?: number;
}

/** Probes whether an app answers. One attempt: resolves within 2 s, never rejects. */
export interface Probe {
  tcp(endpoint: Endpoint, signal: AbortSignal): Promise<ProbeAnswer>;
  /** Sends a GET with the fields of a front that terminates https. */
  http(endpoint: Endpoint, path: string, hostHeader: string, signal: AbortSignal): Promise<ProbeAnswer>;
}

/** The clock of the life cycle. `now` never jumps: it is the wall clock at start-up plus the elapsed milliseconds. */
export interface Clock {
  now(): number;
  /** The wall clock, for schedules; it may jump. */
  wall(): number;
  /** Resolves after `ms`, or early when aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Keeps what survives a restart. `save` is atomic; a damaged store loads as empty. Neither rejects: an unusable store
 * reports that itself and keeps nothing.
 */
export interface Store {
  load(): Promise<Stored>;
  save(stored: Stored): Promise<void>;
}

/** Everything that survives a restart. */
export interface Stored {
  /** By the name of the workload. */
  readonly memories: ReadonlyMap<string, Memory>;
  readonly fronts: readonly KnownFront[];
}

/** The content of a new store. */
export const NOTHING_STORED: Stored = { memories: new Map(), fronts: [] };

/** What survives a restart about one workload. */
export interface Memory {
  /** The wall clock at the last activity. */
  readonly lastActivityMs: number | undefined;
  /** The durations of recent wakes, oldest first. */
  readonly wakesMs: readonly number[];
  readonly failures: number;
  readonly failedAtMs: number | undefined;
  /** The gateway stopped it. */
  readonly stoppedByUs: boolean;
  /** The gateway started the current run. */
  readonly wokenByUs: boolean;
  /** Who ended its last run; absent while it runs, or if the end was not observed. */
  readonly endedBy?: EndedBy;
  /** The total time asleep. */
  readonly asleepMs: number;
  readonly wakesTotal: number;
  /** A front proxy sends auth requests for it, so its traffic bypasses the gateway. */
  readonly seenByFront?: true;
  /** The port on which it was last ready, if none is configured. */
  readonly answeredPort?: number;
  /** The wall clock at the end of its suspension. */
  readonly suspendedUntilMs?: number;
  /** The wall clock until which another tool may be updating it. */
  readonly truceUntilMs?: number;
  /** Names below its wildcard host under which it was ready, latest first. */
  readonly goodHosts?: readonly string[];
  /** Its own limits, while it is throttled. */
  readonly ownLimits?: Limits;
  /** Fronts may forward to it without an auth request. */
  readonly direct?: true;
  /** Its counters at a time when it had not been used since its last activity. */
  readonly counters?: Counters;
  /** The number of its instances when it last had several. */
  readonly instances?: number;
}

/** The network counters of a run at one time; times are on the wall clock. */
export interface Counters {
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly usage: Pick<Usage, "rxBytes" | "txBytes" | "rxPackets" | "txPackets" | "payload">;
}
