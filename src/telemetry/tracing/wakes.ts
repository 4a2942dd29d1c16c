import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { WakePhase } from "../../core/decision.ts";
import { type Failure, failureText } from "../../core/failure.ts";
import type { DomainEvent } from "../../core/events.ts";
import type { WakeCause } from "../../core/wake-cause.ts";
import { plainLine } from "../../core/plain-line.ts";
import type { WorkloadState } from "../../core/workload-state.ts";
import type { TracingSources } from "./tracing.ts";
import { spanTime } from "./time.ts";

interface WakeSpansDeps {
  readonly tracer: Tracer;
  /** Returns milliseconds since the epoch. */
  readonly now: () => number;
  readonly sources: Pick<TracingSources, "dependentsOf">;
  /** Returns the span of the current request, if it is traced. */
  readonly currentRequest: () => Span | undefined;
}

/** The spans of wakes. Each wake has its own trace, because it belongs to the workload and not to a client. */
export interface WakeSpans {
  readonly note: (event: DomainEvent) => void;
  /** Returns the wakes of these workloads that were in progress at some time since then. */
  readonly since: (workloads: readonly string[], ms: number) => readonly SpanContext[];
  /** Ends all open spans. */
  readonly close: () => void;
}

interface Wake {
  readonly workload: string;
  readonly span: Span;
  readonly context: Context;
  phase: WakePhase;
  phaseSinceMs: number;
  /** `undefined` while it is in progress. */
  endMs: number | undefined;
}

/** Creates the spans of wakes. */
export function createWakeSpans(deps: WakeSpansDeps): WakeSpans {
  const { tracer, now, sources, currentRequest } = deps;
  /** The last wake of each workload. */
  const wakes = new Map<string, Wake>();

  function begin(workload: string, cause: WakeCause): void {
    const former = wakes.get(workload);
    if (former?.endMs === undefined && former !== undefined) end(deps, former, "superseded");
    const startMs = now();
    const request = cause === "request" || cause === "auth" ? currentRequest() : undefined;
    const span = tracer.startSpan(
      `wake ${workload}`,
      {
        startTime: spanTime(startMs),
        attributes: { "gateway.container": workload, "gateway.wake.cause": cause },
        links: request === undefined ? [] : [{ context: request.spanContext() }],
      },
      cause === "dependency" ? contextOfDependent(deps, wakes, workload) : ROOT_CONTEXT,
    );
    request?.addLink({ context: span.spanContext() });
    const context = trace.setSpan(ROOT_CONTEXT, span);
    wakes.set(workload, { workload, span, context, phase: "starting", phaseSinceMs: startMs, endMs: undefined });
  }

  function onState(workload: string, from: WorkloadState, to: WorkloadState): void {
    const wake = wakes.get(workload);
    if (from.status !== "starting" || wake === undefined || wake.endMs !== undefined) return;
    if (to.status === "starting") proceed(deps, wake, to.phase);
    else end(deps, wake, outcomeOf(to), to.status === "failed" ? to.failure : undefined);
  }

  function forgetRemoved(): void {
    for (const wake of wakes.values()) {
      if (sources.dependentsOf(wake.workload) !== undefined) continue;
      if (wake.endMs === undefined) end(deps, wake, "removed");
      wakes.delete(wake.workload);
    }
  }

  return {
    note(event) {
      if (event.type === "wake") begin(event.workload, event.cause);
      else if (event.type === "state") onState(event.workload, event.from, event.to);
      else if (event.type === "settings") forgetRemoved();
    },
    since: (workloads, ms) =>
      workloads.flatMap((name) => {
        const wake = wakes.get(name);
        return wake === undefined || (wake.endMs ?? ms) < ms ? [] : [wake.span.spanContext()];
      }),
    close() {
      for (const wake of wakes.values()) if (wake.endMs === undefined) end(deps, wake, "interrupted");
    },
  };
}

/** Returns the context of a dependent's wake, of which the wake of a dependency is part. */
function contextOfDependent({ sources }: WakeSpansDeps, wakes: ReadonlyMap<string, Wake>, workload: string): Context {
  const dependents = sources.dependentsOf(workload) ?? [];
  const found = dependents
    .map((name) => wakes.get(name))
    .find((wake) => wake !== undefined && wake.endMs === undefined);
  return found?.context ?? ROOT_CONTEXT;
}

type SpanDeps = Pick<WakeSpansDeps, "tracer" | "now">;

function proceed(deps: SpanDeps, wake: Wake, phase: WakePhase): void {
  if (wake.phase === phase) return;
  // Every wake begins as "starting", before its dependencies are known; that is not a phase of its own.
  if (phase !== "dependencies") endPhase(deps, wake, deps.now());
  wake.phase = phase;
  wake.phaseSinceMs = deps.now();
}

function endPhase({ tracer }: SpanDeps, wake: Wake, endMs: number, failure?: Failure): void {
  const { phase, phaseSinceMs, context, workload } = wake;
  const attributes = { "gateway.container": workload };
  const span = tracer.startSpan(phase, { startTime: spanTime(phaseSinceMs), attributes }, context);
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(spanTime(endMs));
}

function end(deps: SpanDeps, wake: Wake, outcome: string, failure?: Failure): void {
  const endMs = deps.now();
  const { span } = wake;
  endPhase(deps, wake, endMs, failure);
  span.setAttribute("gateway.wake.outcome", outcome);
  if (failure !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: plainLine(failureText(failure.cause)) });
    span.setAttribute("error.type", failure.reason);
    if (failure.exitCode !== undefined) span.setAttribute("gateway.wake.exit_code", failure.exitCode);
  }
  span.end(spanTime(endMs));
  wake.endMs = endMs;
}

function outcomeOf({ status }: WorkloadState): string {
  if (status === "asleep") return "completed"; // a one-shot
  return status === "ready" || status === "failed" ? status : "stopped"; // a stop during the wake
}
