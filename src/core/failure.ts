import type { DependencyCondition } from "./settings.ts";

/** Why a wake failed. */
export interface Failure {
  readonly reason: FailureReason;
  readonly cause: FailureCause;
  readonly exitCode: number | undefined;
  readonly atMs: number;
}

/** The kind of a failure. */
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The kinds of failure, as they appear in the API, in notifications, in metrics and in traces. */
export const FAILURE_REASONS = [
  "exited",
  "oom",
  "timeout",
  "image",
  "unschedulable",
  "unhealthy",
  "absent",
  "engine",
  "refused",
  "dependency",
  "network",
  "tls",
] as const;

/** What happened: a code with its values, from which pages, logs and messages make their own texts. */
export type FailureCause =
  | { readonly code: "removed" | "paused" | "stopped" | "oom" | "internal" }
  | {
      readonly code: "exited";
      readonly exitCode?: number | undefined;
      readonly restarts: boolean;
      readonly output: string;
    }
  | { readonly code: "absent"; readonly name: string }
  | Silent
  /** `late`: its engine did not start it in time. `unfinished`: a one-shot did not end in time. */
  | { readonly code: "late" | "unfinished"; readonly seconds: number }
  /** With `seconds` the check did not pass within that time, without it the check failed. */
  | { readonly code: "check"; readonly seconds?: number | undefined; readonly output: string }
  | { readonly code: "tls"; readonly port: number }
  /** `message` is the engine's own text of what it was still waiting for. */
  | { readonly code: "not-ready"; readonly seconds: number; readonly message: string }
  /** `message` is the engine's own text. */
  | { readonly code: "refused" | "unreachable" | "network"; readonly message: string }
  | { readonly code: "needs"; readonly name: string; readonly cause: FailureCause }
  | { readonly code: "needs-stopped" | "needs-suspended"; readonly name: string }
  | { readonly code: "needs-stuck"; readonly name: string; readonly condition: DependencyCondition };

/** The app runs, but did not answer in time. */
interface Silent {
  readonly code: "silent";
  /** The path that had to answer with 2xx; empty: an open port was enough. */
  readonly path: string;
  readonly ports: readonly number[];
  readonly seconds: number;
  readonly lastAnswer: string | undefined;
  /** Other ports that its image exposes. */
  readonly exposed: readonly number[];
}

/** Formats a cause for programs and logs: one sentence without its full stop. */
export function failureText(cause: FailureCause): string {
  switch (cause.code) {
    case "exited": {
      const restarts = cause.restarts ? ", and is restarted again and again" : "";
      return `ended while starting with exit code ${cause.exitCode ?? "unknown"}${restarts}${quoted(cause.output)}`;
    }
    case "absent":
      return `no container named "${cause.name}"`;
    case "silent":
      return silentText(cause);
    case "late":
      return `the engine did not start it within ${cause.seconds} s (start_timeout)`;
    case "unfinished":
      return `did not complete within ${cause.seconds} s (start_timeout)`;
    case "check": {
      const late = cause.seconds === undefined ? "failed" : `did not pass within ${cause.seconds} s (start_timeout)`;
      return `its health check ${late}${quoted(cause.output)}`;
    }
    case "not-ready":
      return `not ready within ${cause.seconds} s (start_timeout): ${cause.message}`;
    case "tls":
      return `it speaks TLS only on port ${cause.port}: set target_scheme: https`;
    case "refused":
    case "unreachable":
    case "network":
      return cause.message;
    case "needs":
      return `dependency "${cause.name}" failed: ${failureText(cause.cause)}`;
    case "needs-stopped":
      return `dependency "${cause.name}" was stopped by somebody else`;
    case "needs-suspended":
      return `dependency "${cause.name}" is suspended`;
    case "needs-stuck":
      return `dependency "${cause.name}" is running but ${STUCK[cause.condition]}`;
    case "internal":
    case "oom":
    case "paused":
    case "removed":
    case "stopped":
      return TEXTS[cause.code];
  }
}

function silentText({ path, ports, seconds, lastAnswer, exposed }: Silent): string {
  const where = path === "" ? `on port ${ports.join(" or ")}` : `with 2xx on ${path}`;
  const last = lastAnswer === undefined ? "" : `; last answer: ${lastAnswer}`;
  const advice = exposed.length === 0 ? "" : `; its image exposes ${exposed.join(", ")}: set target_port`;
  return `no answer ${where} within ${seconds} s (start_timeout)${last}${advice}`;
}

function quoted(output: string): string {
  return output === "" ? "" : `: ${output}`;
}

const TEXTS = {
  removed: "removed while starting",
  paused: "paused while starting",
  stopped: "stopped by somebody else while starting",
  oom: "out of memory while starting",
  internal: "internal fault of the gateway; see its log",
} as const;

const STUCK: Readonly<Record<DependencyCondition, string>> = {
  started: "did not stay up",
  healthy: "did not become healthy",
  completed: "did not complete",
};
