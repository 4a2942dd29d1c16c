import type { ReachFacts } from "../core/front-reach.ts";
import type { KnownFront } from "../core/recall.ts";
import type { Endpoint, InventoryItem, Observation } from "../core/observation.ts";
import type { EngineCapabilities, EngineKind } from "../core/engine-kind.ts";
import type { ProcessSettings, StopMethod } from "../core/settings.ts";

/** What an engine needs to know of a workload to observe and start it. */
export interface WorkloadRef {
  readonly name: string;
  readonly targetPort: number | undefined;
  /** `targetPort` is not configured: other ports that its image exposes are endpoints as well. */
  readonly findsPort?: boolean;
  /** Further ports inside the container, which hosts name: their endpoints say so by `namedPort`. */
  readonly namedPorts?: readonly number[];
  readonly network: string;
  readonly process?: ProcessSettings;
}

export interface StopOrder {
  readonly method: StopMethod;
  /** How long the workload may take to end by itself before it is killed; `undefined`: its own time, else 10 s. */
  readonly timeoutMs: number | undefined;
  /** Empty: the image's own. */
  readonly signal: string;
  /** Stops it only while this is still its version, else rejects with `changed`; needs the capability `conditionalStop`. */
  readonly onlyIf?: string;
}

/** How a stop went. */
export interface StopResult {
  /** How many instances were configured before; 0: it was stopped already. */
  readonly instances: number;
  /** Set when it did not end by itself in this time and was killed. */
  readonly killedAfterMs?: number;
}

/** The stop timeout where none is configured; Docker's own default. */
export const DEFAULT_STOP_TIMEOUT_MS = 10_000;

/**
 * Starts, stops and observes workloads. Every call may reject with `EngineError`; nothing else is thrown.
 * Calls are idempotent: starting what runs and stopping what is stopped succeed.
 */
export interface Engine {
  /** Names this engine among all of them (`docker`, `process`, `swarm`, a host's name): the key everywhere. */
  readonly id: string;
  readonly kind: EngineKind;
  readonly capabilities: EngineCapabilities;
  /** Everything there is, running or not. */
  list(): Promise<readonly InventoryItem[]>;
  /** One workload's real state; a missing one is `absent`, not an error. */
  observe(ref: WorkloadRef): Promise<Observation>;
  /**
   * stopped → running, or paused → running. Resolves when the engine says that it runs, not when it is ready. `instances`:
   * how many of them, where the engine knows replicas and itself remembers no number; default 1.
   */
  start(ref: WorkloadRef, instances?: number): Promise<void>;
  /** Ends what runs as `order` says and starts it again, which does not count as an end for `--rm`. */
  restart(ref: WorkloadRef, order: StopOrder): Promise<void>;
  /** Resolves when nothing of it takes new requests and it may be started again (Docker: when it has ended, or is paused). */
  stop(ref: WorkloadRef, order: StopOrder): Promise<StopResult>;
  /**
   * Calls `onHint` soon after anything changed (the name when one workload is meant; what happened to it where the engine
   * says that), until `signal` aborts. A notification is no fact: observe it. Reconnects by itself,
   * and gives a notification without a name after each reconnect. `onLink` tells whether the engine can be reached, at each change.
   */
  watch(onChange: OnChange, onLink: OnLink, signal: AbortSignal): void;
  /** The last `lines` lines of output, oldest first, ANSI escapes and control characters stripped; none if absent. */
  logs(ref: WorkloadRef, lines: number): Promise<readonly string[]>;
  /** Counters since the start; `undefined` where they cannot be read. */
  usage(ref: WorkloadRef): Promise<Usage | undefined>;
  /** How many commands run in it besides its program (`docker exec`), its health check left out. */
  execs(ref: WorkloadRef): Promise<number>;
  /** Its limits as they are set now. Only with the capability `throttle`, as the next two. */
  limits(ref: WorkloadRef): Promise<Limits>;
  /** Leaves no more than this to a running workload. */
  throttle(ref: WorkloadRef, allowance: Allowance): Promise<void>;
  /** Restores its former limits; does nothing for one that was recreated since. */
  restore(ref: WorkloadRef, own: Limits): Promise<void>;
  /** How others than the gateway reach it, asleep or awake; absent where that is unknown. */
  reachFacts?(ref: WorkloadRef): Promise<ReachFacts | undefined>;
  /**
   * How a front that finds addresses in this engine by itself reaches a workload that is ready, if it takes `applyMs` to apply
   * a change. Absent where no front does that.
   */
  frontDelay?(ref: WorkloadRef, applyMs: number): Promise<FrontDelay>;
  /** The networks, by name, of what it runs at this address; `undefined`: nothing. */
  networksAt?(address: string): Promise<ReadonlySet<string> | undefined>;
  /** Releases what the engine holds; a process engine ends its children here. */
  close(): Promise<void>;
}

/** What a front that finds addresses by itself knows of a workload. */
export interface FrontDelay {
  /** In how many milliseconds it reaches it; 0: it does now. */
  readonly ms: number;
  /** Its address for it stays the same. Otherwise a request that the front has received before is sent to the former address. */
  readonly isFixed: boolean;
}

/** All engines by their id. */
export type Engines = Readonly<Record<string, Engine>> & Readonly<Record<"docker" | "process", Engine>>;

export type OnChange = (name?: string, news?: News) => void;

/** What an engine reports of a workload before it can be observed. Our own orders are not reported. */
export type News =
  /** Its end was ordered from outside, which may take a while. */
  | { readonly kind: "ending" }
  /** Its process has ended; the engine may report the details later. `ordered`: from outside. */
  | { readonly kind: "ended"; readonly ordered: boolean }
  | { readonly kind: "started" | "made" | "removed" }
  /** About no workload: the engine has ended its event stream, as it does when it shuts down itself. */
  | { readonly kind: "cut" }
  | { readonly kind: "renamed"; readonly from: string };

/** What ended the last run: this gateway, an order from outside, or neither (a crash, or its work was done). */
export type EndedBy = "us" | "other" | "itself";

/** `lacks`: one sentence on what an engine that can be reached does not allow. */
export type OnLink = (up: boolean, lacks?: string) => void;

/** The limits of an unused workload. */
export interface Allowance {
  readonly cpus: number;
  /** Its memory reservation; 0: unchanged. */
  readonly memoryBytes: number;
}

/** A workload's limits in its engine's own words, and the id of the workload that they are of. */
export interface Limits {
  readonly id: string;
  readonly values: Readonly<Record<string, number>>;
}

export interface Usage {
  /** The four network counters are `undefined` together: a process, or a container on the host's network, has none of its own. */
  readonly rxBytes: number | undefined;
  readonly txBytes: number | undefined;
  readonly rxPackets: number | undefined;
  readonly txPackets: number | undefined;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** Connections from outside the workload that are established now; `undefined` where they cannot be counted. */
  readonly connections: number | undefined;
  /** TCP segments with payload, and packets over loopback, of its network; `undefined` where they cannot be counted. */
  readonly payload?: { readonly segments: number; readonly loopbackPackets: number } | undefined;
  /** Its network is that of another workload, and so are its network counters. */
  readonly sharesNetwork?: boolean;
}

/**
 * What went wrong with an engine: `unreachable` (try again later), `absent` (no such workload), `network` (the container whose
 * network it uses is gone), `changed` (somebody else has written meanwhile), `forbidden` (a right is missing, which the message
 * names), `refused` (it said no).
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
  /** `ready`: it accepts connections, or answers 2xx. `to-https`: it only redirects to the same path by https. */
  readonly kind: "ready" | "to-https" | "no";
  /** In a few plain words, such as `/up: 302 → /login`, `connection refused` or `SPEAKS_TLS`. */
  readonly said: string;
  /** Of an HTTP answer. */
  readonly status?: number;
}

/** Probes whether an app answers. One attempt: resolves within 2 s, never rejects. */
export interface Probe {
  tcp(endpoint: Endpoint, signal: AbortSignal): Promise<ProbeAnswer>;
  /** A GET, as from a front with https. */
  http(endpoint: Endpoint, path: string, hostHeader: string, signal: AbortSignal): Promise<ProbeAnswer>;
}

/** Time as the life cycle sees it. `now` never jumps: milliseconds since the epoch at start-up plus elapsed time. */
export interface Clock {
  now(): number;
  /** The wall clock, for schedules; it may jump. */
  wall(): number;
  /** Resolves after `ms`, or early when aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * What survives a restart. `save` is atomic; a damaged store loads as empty. Neither rejects: a store that cannot be used says
 * so by itself and keeps nothing.
 */
export interface Store {
  load(): Promise<Stored>;
  save(stored: Stored): Promise<void>;
}

export interface Stored {
  /** By the names of the workloads. */
  readonly memories: ReadonlyMap<string, Memory>;
  readonly fronts: readonly KnownFront[];
}

/** What is stored before the first `save`. */
export const NOTHING_STORED: Stored = { memories: new Map(), fronts: [] };

export interface Memory {
  /** Wall-clock milliseconds of the last activity. */
  readonly lastActivityMs: number | undefined;
  /** How long recent wakes took, oldest first, in milliseconds. */
  readonly wakesMs: readonly number[];
  readonly failures: number;
  readonly failedAtMs: number | undefined;
  /** We stopped it. */
  readonly stoppedByUs: boolean;
  /** What ended its last run; absent while it runs, or when the end was not seen. */
  readonly endedBy?: EndedBy;
  /** Total time asleep, in milliseconds. */
  readonly asleepMs: number;
  readonly wakesTotal: number;
  /** A front proxy sends auth requests about it, so its traffic bypasses us. */
  readonly seenByFront?: true;
  /** The port where it was last ready, if none is configured. */
  readonly answeredPort?: number;
  /** Wall-clock milliseconds of the end of its suspension. */
  readonly suspendedUntilMs?: number;
  /** Wall-clock milliseconds until which it may be being updated by another tool. */
  readonly truceUntilMs?: number;
  /** Real names of a wildcard host by which it was ready, the last one first. */
  readonly goodHosts?: readonly string[];
  /** Its own limits, while it is throttled. */
  readonly ownLimits?: Limits;
  /** Fronts may forward to it without asking. */
  readonly direct?: true;
  /** Its counters when nobody had used it since its last activity. */
  readonly counters?: Counters;
  /** How many instances it had when it was last seen with more than one. */
  readonly instances?: number;
}

/** What a run's network counters were at one moment; times are the wall clock's. */
export interface Counters {
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly usage: Pick<Usage, "rxBytes" | "txBytes" | "rxPackets" | "txPackets" | "payload">;
}
