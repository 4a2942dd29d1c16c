import type { HoldOutcome } from "./decision.ts";
import type { Failure } from "./failure.ts";
import type { Endpoint, ExitFacts } from "./observation.ts";
import type { StopReason, WorkloadState } from "./workload-state.ts";

/** Who or what caused a wake; it goes into the log line and the timeline. */
export type WakeCause = (typeof WAKE_CAUSES)[number];
export const WAKE_CAUSES = ["request", "auth", "admin", "schedule", "dependency", "scale"] as const;

/** Everything worth telling, in one stream: logs, metrics, webhooks and live pages are fed from it and from nothing else. */
export type DomainEvent =
  | { readonly type: "wake"; readonly workload: string; readonly cause: WakeCause }
  /**
   * It answers. `durationMs` since the wake began; `undefined` when no wake led there: it was started by somebody else, or
   * by us (`ours`) and answers again, late, or to a gateway that was restarted.
   */
  | {
      readonly type: "ready";
      readonly workload: string;
      readonly durationMs: number | undefined;
      readonly cause: WakeCause | undefined;
      readonly ours?: boolean;
    }
  | {
      readonly type: "wake-failed";
      readonly workload: string;
      readonly failure: Failure;
      readonly durationMs: number;
      readonly retryMs: number;
    }
  /** We put it to sleep. */
  | {
      readonly type: "stopped";
      readonly workload: string;
      readonly reason: StopReason;
      readonly durationMs: number;
      readonly awakeMs: number;
    }
  /** Our stop ended in a kill, since it did not end by itself in this time: what it had not saved is lost. */
  | { readonly type: "killed"; readonly workload: string; readonly timeoutMs: number }
  | { readonly type: "stop-failed"; readonly workload: string; readonly message: string }
  /** It ended without us: a crash, or a person's doing. */
  | {
      readonly type: "ended";
      readonly workload: string;
      readonly exit: ExitFacts | undefined;
      readonly absent: boolean;
    }
  | { readonly type: "vetoed"; readonly workload: string; readonly reason: VetoReason }
  /** It takes TLS alone, though it is to be spoken to in plain HTTP. */
  | { readonly type: "wants-tls"; readonly workload: string; readonly port: number | undefined }
  /** A stop would delete it, so that none is ever made but by a person; told once for each container. */
  | { readonly type: "never-stopped"; readonly workload: string }
  /** Nobody wakes it before `untilMs` (wall clock), or until it is resumed. */
  | { readonly type: "suspended"; readonly workload: string; readonly untilMs: number }
  | { readonly type: "resumed"; readonly workload: string }
  | { readonly type: "throttled"; readonly workload: string; readonly cpus: number }
  | {
      readonly type: "state";
      readonly workload: string;
      readonly from: WorkloadState;
      readonly to: WorkloadState;
      readonly why: string;
    }
  /** The run that answered there is over, whoever ended it: nobody there answers any more. */
  | { readonly type: "run-over"; readonly workload: string; readonly endpoint: Endpoint }
  | { readonly type: "hold"; readonly host: string; readonly outcome: HoldOutcome; readonly waitedMs: number }
  | { readonly type: "engine"; readonly engine: string; readonly up: boolean; readonly reason?: string }
  | { readonly type: "settings"; readonly hosts: number; readonly workloads: number }
  /** Somebody gave wrong credentials for the admin pages; what they gave is not told. */
  | { readonly type: "login-failed"; readonly address: string; readonly path: string }
  | { readonly type: "fault"; readonly message: string; readonly detail: string };

/** What kept a workload awake although no lease did: its counters, its own word, or a command that runs in it. */
export type VetoReason = (typeof VETO_REASONS)[number];
export const VETO_REASONS = ["traffic", "connections", "cpu", "busy-path", "exec"] as const;

export type Emit = (event: DomainEvent) => void;
