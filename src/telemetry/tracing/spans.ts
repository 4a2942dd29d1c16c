import { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { HoldOutcome } from "../../core/decision.ts";
import type { Tracing, TracingSources } from "./tracing.ts";
import { traceHandlers } from "./requests.ts";
import { createSpanClock, spanTime } from "./time.ts";
import type { OpenTracer } from "./tracer.ts";
import { createWakeSpans } from "./wakes.ts";

/** Creates tracing: spans of requests, holds and wakes, connected by links. */
export function createTracing({ tracer, close }: OpenTracer, sources: TracingSources): Tracing {
  const current = new AsyncLocalStorage<Span>();
  const now = createSpanClock(sources.now, sources.wall);
  const currentRequest = (): Span | undefined => (current.getStore()?.isRecording() ? current.getStore() : undefined);
  const wakes = createWakeSpans({ tracer, now, sources, currentRequest });

  /**
   * Adds the span of a hold to the request's span, which is current because events are emitted during their request.
   */
  function noteWait(route: string, outcome: HoldOutcome, waitedMs: number): void {
    const request = currentRequest();
    if (request === undefined) return;
    const endMs = now();
    const startMs = endMs - waitedMs;
    const links = wakes.since(sources.membersOf(route), startMs).map((context) => ({ context }));
    const attributes = { "gateway.route": route, "gateway.wait.outcome": outcome };
    const options = { startTime: spanTime(startMs), attributes, links };
    const span = tracer.startSpan("wait", options, trace.setSpan(ROOT_CONTEXT, request));
    if (outcome !== "ready" && outcome !== "gone") span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(spanTime(endMs));
  }

  return {
    note(event) {
      if (event.type === "hold") noteWait(event.host, event.outcome, event.waitedMs);
      else wakes.note(event);
    },
    around: (handlers) => traceHandlers(handlers, { tracer, now, current }),
    async close() {
      wakes.close();
      await close();
    },
  };
}
