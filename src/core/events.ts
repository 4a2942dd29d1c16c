import type { HoldOutcome } from "./decision.ts";
import type { Failure, FailureCause } from "./failure.ts";
import type { Endpoint, ExitFacts } from "./observation.ts";
import type { TransitionCause } from "./transition-cause.ts";
import type { WakeCause } from "./wake-cause.ts";
import type { StopReason, WorkloadState } from "./workload-state.ts";

/** Everything that is reported: the only input of logs, metrics, traces, webhooks and live pages. */
export type DomainEvent =
  | { readonly type: "wake"; readonly workload: string; readonly cause: WakeCause }
  /**
   * `durationMs` counts from the start of the wake; `undefined` without a wake: another tool started the workload, or
   * we did (`ours`) and it became ready again, after its `start_timeout`, or after a restart of the gateway.
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
  /** Stopped by the gateway. */
  | {
      readonly type: "stopped";
      readonly workload: string;
      readonly reason: StopReason;
      readonly durationMs: number;
      readonly awakeMs: number;
    }
  /** It did not end within the stop timeout and was killed: unsaved data is lost. */
  | { readonly type: "killed"; readonly workload: string; readonly timeoutMs: number }
  | { readonly type: "stop-failed"; readonly workload: string; readonly message: string }
  /** It ended without a stop of ours: it crashed, or an operator stopped it. */
  | {
      readonly type: "ended";
      readonly workload: string;
      readonly exit: ExitFacts | undefined;
      readonly absent: boolean;
    }
  | { readonly type: "vetoed"; readonly workload: string; readonly reason: VetoReason }
  /** The app requires TLS, but it is configured for plain HTTP. */
  | { readonly type: "wants-tls"; readonly workload: string; readonly port: number | undefined }
  /** One of its ports is not ready, although another is. */
  | { readonly type: "port-silent"; readonly workload: string; readonly cause: FailureCause }
  /** A stop would delete it (`docker run --rm`), so only an administrator may stop it; reported once per container. */
  | { readonly type: "never-stopped"; readonly workload: string }
  /** Requests do not wake it before `untilMs` (wall clock) or until it is resumed. */
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
  /** The run behind this endpoint has ended, for whatever reason: its open connections are dead. */
  | { readonly type: "run-over"; readonly workload: string; readonly endpoint: Endpoint }
  | { readonly type: "hold"; readonly host: string; readonly outcome: HoldOutcome; readonly waitedMs: number }
  | { readonly type: "engine"; readonly engine: string; readonly up: boolean; readonly reason?: string }
  /** The settings changed. `hosts` and `workloads` are totals; the settings of `names` may be different now. */
  | {
      readonly type: "settings";
      readonly hosts: number;
      readonly workloads: number;
      readonly names: readonly string[];
    }
  /** Wrong credentials were sent to the admin pages; the credentials are not part of the event. */
  | { readonly type: "login-failed"; readonly address: string; readonly path: string }
  | { readonly type: "fault"; readonly message: string; readonly detail: string };

/** Why a workload without leases is kept awake: its counters, its `busy_path`, or a command that runs in it. */
export type VetoReason = (typeof VETO_REASONS)[number];
/** All reasons, in order. */
export const VETO_REASONS = ["traffic", "connections", "cpu", "busy-path", "exec"] as const;

/** Reports an event, or listens to events. */
export type Emit = (event: DomainEvent) => void;
