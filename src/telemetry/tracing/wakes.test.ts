import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanStatusCode } from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { WakePhase } from "../../core/decision.ts";
import type { DomainEvent } from "../../core/events.ts";
import type { WakeCause } from "../../core/wake-cause.ts";
import type { StopReason, WorkloadState } from "../../core/workload-state.ts";
import { createWakeSpans } from "./wakes.ts";

const starting = (phase: WakePhase): WorkloadState => ({ status: "starting", sinceMs: 0, run: 1, phase });
const asleep: WorkloadState = { status: "asleep", sinceMs: 0, exit: undefined };
const ready: WorkloadState = { status: "ready", sinceMs: 0, targets: [{ host: "", port: 1, published: false }] };
const draining = (reason: StopReason): WorkloadState => {
  return { status: "draining", sinceMs: 0, run: 1, reason, targets: undefined, wakeNext: false };
};
const failed: WorkloadState = {
  status: "failed",
  sinceMs: 0,
  run: 1,
  retryAtMs: 0,
  failure: { reason: "oom", cause: { code: "refused", message: "out\u001b[31m of\nmemory" }, exitCode: 137, atMs: 0 },
};

/** A life of workloads, step by step, a second apart; the resulting spans are in `spans`. */
function traceWakes(dependents: Readonly<Record<string, readonly string[]>> = { app: [] }) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const known = new Map(Object.entries(dependents));
  let nowMs = 1_800_000_000_000;
  const wakes = createWakeSpans({
    tracer: provider.getTracer("test"),
    now: () => nowMs,
    sources: { dependentsOf: (workload) => known.get(workload) },
    currentRequest: () => undefined,
  });
  const note = (event: DomainEvent): void => {
    wakes.note(event);
    nowMs += 1_000;
  };
  return {
    wakes,
    known,
    now: () => nowMs,
    wake: (workload: string, cause: WakeCause = "admin") => note({ type: "wake", workload, cause }),
    state: (workload: string, from: WorkloadState, to: WorkloadState) =>
      note({ type: "state", workload, from, to, cause: { code: "answered" } }),
    settings: () => note({ type: "settings", hosts: 0, workloads: 0, names: [] }),
    spans: () => exporter.getFinishedSpans(),
    span: (name: string) => exporter.getFinishedSpans().find((span) => span.name === name),
  };
}

const ends: readonly [rule: string, to: WorkloadState, outcome: string][] = [
  ["an app that answers", ready, "ready"],
  ["a one-shot that ran to its end", asleep, "completed"],
  ["a stop that somebody ordered meanwhile", draining("admin"), "stopped"],
];
for (const [rule, to, outcome] of ends) {
  test(`a wake ends with ${rule}, and is no error`, () => {
    const life = traceWakes();
    life.wake("app", "schedule");
    life.state("app", starting("starting"), starting("waiting"));
    life.state("app", starting("waiting"), to);
    const span = life.span("wake app");
    assert.deepEqual(span?.attributes, {
      "gateway.container": "app",
      "gateway.wake.cause": "schedule",
      "gateway.wake.outcome": outcome,
    });
    assert.equal(span.status.code, SpanStatusCode.UNSET);
    assert.deepEqual(phasesOf(life.spans()), ["starting 1s", "waiting 1s"]);
  });
}

test("a failure is one plain line on the span of the wake, and marks its phase", () => {
  const life = traceWakes();
  life.wake("app");
  life.state("app", starting("starting"), starting("waiting"));
  life.state("app", starting("waiting"), failed);
  const wake = life.span("wake app");
  assert.deepEqual(wake?.status, { code: SpanStatusCode.ERROR, message: "out of memory" });
  assert.equal(wake.attributes["error.type"], "oom");
  assert.equal(wake.attributes["gateway.wake.exit_code"], 137);
  const codes = ["starting", "waiting"].map((name) => life.span(name)?.status.code);
  assert.deepEqual(codes, [SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
});

test("a wake that needs others first begins with the dependencies", () => {
  const life = traceWakes({ app: [], db: ["app"] });
  life.wake("app");
  life.state("app", starting("starting"), starting("dependencies"));
  life.wake("db", "dependency");
  life.state("db", starting("starting"), ready);
  life.state("app", starting("dependencies"), starting("starting"));
  life.state("app", starting("starting"), ready);
  const own = life.spans().filter(({ attributes }) => attributes["gateway.container"] === "app");
  assert.deepEqual(phasesOf(own), ["dependencies 3s", "starting 1s"]);
  assert.equal(life.span("wake db")?.parentSpanContext?.spanId, life.span("wake app")?.spanContext().spanId);
});

test("a wake that no waking workload needs is a trace of its own", () => {
  const life = traceWakes({ app: [], db: ["app"] });
  life.wake("db", "dependency");
  life.state("db", starting("starting"), ready);
  assert.equal(life.span("wake db")?.parentSpanContext, undefined);
});

test("a change of state outside of a wake makes no span", () => {
  const life = traceWakes();
  life.state("app", asleep, ready);
  life.state("app", starting("starting"), ready);
  assert.deepEqual(life.spans(), []);
});

test("a wake within a wake ends the first one", () => {
  const life = traceWakes();
  life.wake("app");
  life.wake("app");
  assert.equal(life.span("wake app")?.attributes["gateway.wake.outcome"], "superseded");
});

test("a workload that is no longer configured ends its wake and is forgotten", () => {
  const life = traceWakes();
  life.wake("app");
  life.known.delete("app");
  life.settings();
  assert.equal(life.span("wake app")?.attributes["gateway.wake.outcome"], "removed");
  assert.deepEqual(life.wakes.since(["app"], 0), []);
});

test("a request is linked with wakes that went on while it waited, and with no other", () => {
  const life = traceWakes();
  life.wake("app");
  const began = life.now();
  assert.equal(life.wakes.since(["app", "other"], life.now()).length, 1, "in progress");
  life.state("app", starting("starting"), ready);
  assert.equal(life.wakes.since(["app"], began).length, 1, "ended while it waited");
  assert.equal(life.wakes.since(["app"], life.now()).length, 0, "ended before it came");
});

function phasesOf(spans: readonly ReadableSpan[]): readonly string[] {
  return spans
    .filter(({ name }) => !name.startsWith("wake "))
    .map(({ name, duration: [seconds] }) => `${name} ${seconds}s`);
}
