import type { HoldOutcome } from "./decision.ts";
import type { Failure, FailureCause } from "./failure.ts";
import type { Endpoint, ExitFacts } from "./observation.ts";
import type { TransitionCause } from "./transition-cause.ts";
import type { WakeCause } from "./wake-cause.ts";
import type { StopReason, WorkloadState } from "./workload-state.ts";

/** Every reported event, in one stream: logs, metrics, webhooks and live pages get it and nothing else. */
export type DomainEvent =
  | { readonly type: "wake"; readonly workload: string; readonly cause: WakeCause }
  /**
   * It is ready. `durationMs` since the start of the wake; `undefined` without a wake: it was started by another tool,
   * or by us (`ours`) and is ready again, late, or for a restarted gateway.
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
  /** We stopped it. */
  | {
      readonly type: "stopped";
      readonly workload: string;
      readonly reason: StopReason;
      readonly durationMs: number;
      readonly awakeMs: number;
    }
  /** Our stop ended in a kill, because it did not end by itself in this time: unsaved data is lost. */
  | { readonly type: "killed"; readonly workload: string; readonly timeoutMs: number }
  | { readonly type: "stop-failed"; readonly workload: string; readonly message: string }
  /** It ended without us: a crash, or an operator. */
  | {
      readonly type: "ended";
      readonly workload: string;
      readonly exit: ExitFacts | undefined;
      readonly absent: boolean;
    }
  | { readonly type: "vetoed"; readonly workload: string; readonly reason: VetoReason }
  /** It requires TLS, though it is configured for plain HTTP. */
  | { readonly type: "wants-tls"; readonly workload: string; readonly port: number | undefined }
  /** One of its ports does not get ready, though another one is. */
  | { readonly type: "port-silent"; readonly workload: string; readonly cause: FailureCause }
  /** A stop would delete it, so only a person may stop it; reported once for each container. */
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
      readonly cause: TransitionCause;
    }
  /** The run behind this endpoint is over, whatever ended it: nothing there responds any more. */
  | { readonly type: "run-over"; readonly workload: string; readonly endpoint: Endpoint }
  | { readonly type: "hold"; readonly host: string; readonly outcome: HoldOutcome; readonly waitedMs: number }
  | { readonly type: "engine"; readonly engine: string; readonly up: boolean; readonly reason?: string }
  /** How many there are now; `names` are the workloads and groups whose settings may have changed. */
  | {
      readonly type: "settings";
      readonly hosts: number;
      readonly workloads: number;
      readonly names: readonly string[];
    }
  /** Wrong credentials were sent to the admin pages; they are not reported. */
  | { readonly type: "login-failed"; readonly address: string; readonly path: string }
  | { readonly type: "fault"; readonly message: string; readonly detail: string };

/** What kept a workload awake without a lease: its counters, its own report, or a command that runs in it. */
export type VetoReason = (typeof VETO_REASONS)[number];
export const VETO_REASONS = ["traffic", "connections", "cpu", "busy-path", "exec"] as const;

export type Emit = (event: DomainEvent) => void;
