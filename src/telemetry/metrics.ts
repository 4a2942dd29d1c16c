import { canBeUndone } from "../core/workload-state.ts";
import type { DomainEvent, Emit } from "../core/events.ts";
import type { EngineOperation, EngineResult } from "./counting-engine.ts";
import { observeDuration } from "./duration-histogram.ts";
import type { MetricsDeps } from "./metrics-sources.ts";
import type { createExposition } from "./exposition.ts";
import { metricFamilies } from "./metric-families.ts";
import { countStatus, createWorkloadTally, type WorkloadTally } from "./workload-tally.ts";

/** Counts for Prometheus. Only `scrape` costs more than a few additions. */
export interface Metrics {
  /** Counts a response; 499 if the client disconnected before it. */
  readonly request: (workload: string, status: number, durationMs: number) => void;
  readonly authRequest: (front: string, answer: string | number) => void;
  readonly engineRequest: (operation: EngineOperation, result: EngineResult) => void;
  /** The listener for domain events. */
  readonly note: Emit;
  readonly scrape: () => Promise<{ readonly contentType: string; readonly body: Buffer }>;
}

/** Creates the metrics. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const workloads = new Map<string, WorkloadTally>();
  const auth = new Map<string, Map<string | number, number>>();
  const engine = new Map<string, Map<string | number, number>>();
  const down = new Set<string>();
  let scraped: ReadonlyMap<string, WorkloadTally> = workloads;
  let exposition: Promise<ReturnType<typeof createExposition>> | undefined;

  function tallyOf(name: string): WorkloadTally | undefined {
    return workloads.get(name) ?? admit(name);
  }

  function admit(name: string): WorkloadTally | undefined {
    if (!deps.records().has(name)) return undefined;
    const tally = createWorkloadTally();
    workloads.set(name, tally);
    return tally;
  }

  /** Loads prom-client at the first scrape, because it takes 2 MB. */
  async function expose(): Promise<ReturnType<typeof createExposition>> {
    const { createExposition: create } = await import("./exposition.ts");
    return create(metricFamilies(deps, { workloads: () => scraped, auth, engine, down }));
  }

  return {
    request(workload, status, durationMs) {
      const tally = tallyOf(workload);
      if (tally === undefined) return;
      countStatus(tally, status);
      observeDuration(tally.requestSeconds, durationMs / 1000);
    },
    authRequest: (front, answer) => count(auth, front, answer),
    engineRequest: (operation, result) => count(engine, operation, result),
    note(event) {
      if (event.type === "engine") {
        if (event.up) down.delete(event.engine);
        else down.add(event.engine);
      }
      if (!("workload" in event) || !isCounted(event)) return;
      const tally = tallyOf(event.workload);
      if (tally !== undefined) noteOf(tally, event);
    },
    async scrape() {
      const records = deps.records();
      for (const name of workloads.keys()) if (!records.has(name)) workloads.delete(name);
      scraped = new Map(records.keys().map((name) => [name, workloads.get(name) ?? UNUSED]));
      exposition ??= expose();
      return (await exposition)();
    },
  };
}

const UNUSED = createWorkloadTally();

/**
 * Returns whether an event is counted. Most changes of state are not, so that unused workloads need no tally of some
 * KiB.
 */
function isCounted(event: DomainEvent): boolean {
  return event.type !== "state" || hasEndedWell(event);
}

/** Returns true if a one-shot has completed, which counts as a successful wake. */
function hasEndedWell({ from, to }: Extract<DomainEvent, { type: "state" }>): boolean {
  return from.status === "starting" && to.status === "asleep";
}

function noteOf(tally: WorkloadTally, event: DomainEvent): void {
  switch (event.type) {
    case "ready":
      if (event.durationMs === undefined) break; // started by another tool
      tally.startsGood += 1;
      observeDuration(tally.startSeconds, event.durationMs / 1000);
      break;
    case "state":
      if (hasEndedWell(event)) tally.startsGood += 1;
      break;
    case "wake-failed":
      increment(tally.failures, event.failure.reason);
      break;
    case "stopped":
      if (canBeUndone(event.reason)) tally.idleStops += 1;
      break;
    case "vetoed":
      increment(tally.vetoes, event.reason);
      break;
    case "wake":
    case "killed":
    case "stop-failed":
    case "ended":
    case "never-stopped":
    case "port-silent":
    case "wants-tls":
    case "throttled":
    case "run-over":
    case "suspended":
    case "resumed":
    case "hold":
    case "engine":
    case "settings":
    case "login-failed":
    case "fault":
      break;
  }
}

function count(counts: Map<string, Map<string | number, number>>, first: string, second: string | number): void {
  let row = counts.get(first);
  if (row === undefined) {
    row = new Map();
    counts.set(first, row);
  }
  increment(row, second);
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
