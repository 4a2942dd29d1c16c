import { failureText } from "../../src/core/failure.ts";
import type { ClientKind, HandlerTraits } from "../../src/core/decision.ts";
import type { DomainEvent } from "../../src/core/events.ts";
import type { GatewaySettings, GroupSettings, Settings, WorkloadSettings } from "../../src/core/settings.ts";
import type { WorkloadState } from "../../src/core/workload-state.ts";
import type { Admission } from "../../src/lifecycle/admit/admit.ts";
import { closeLease } from "../../src/lifecycle/workload/lease.ts";
import type { DirectFronts } from "../../src/lifecycle/direct-fronts.ts";
import type { Memory } from "../../src/lifecycle/ports.ts";
import type { LeaseKind } from "../../src/lifecycle/workload/parts/use.ts";
import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import { createDailySchedule } from "./daily-schedule.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { type ManualLifecycle, startManualLifecycle } from "./manual-lifecycle.ts";
import { settingsOf } from "./settings.ts";

/** Somebody who asks. `answer` is what they got, as one short line; empty while they wait. */
export interface FakeClient {
  answer: string;
  admission: Admission | undefined;
  waitedMs: number;
  /** Leaves before the answer. */
  leave(): void;
  /** Ends a forwarded request. */
  close(): void;
}

/** A life cycle in the words of its tests. */
export interface LifecycleFixture extends ManualLifecycle {
  record(name: string): WorkloadRecord;
  status(name: string): WorkloadState["status"];
  /** Somebody asks for this host's root; the answer is there after the next `settle` or `advance`. */
  visit(host: string, how?: Visit): FakeClient;
  /** The starts and stops that the engine was asked for since the last time. */
  orders(): string[];
  emitted<Type extends DomainEvent["type"]>(type: Type): Extract<DomainEvent, { type: Type }>[];
}

export interface Visit {
  kind?: ClientKind;
  handler?: Partial<HandlerTraits>;
  lease?: LeaseKind | "none";
  userAgent?: string;
  sticky?: string;
  isPrefetch?: boolean;
}

export const PROXY: HandlerTraits = {
  maxHoldMs: Number.POSITIVE_INFINITY,
  seesTraffic: true,
  relaysSuccess: true,
};

/** Opens a life cycle; whatever is not said of a workload has its documented default. */
export async function openLifecycle(
  workloads: readonly (Partial<WorkloadSettings> & { name: string })[],
  more: {
    fakes?: Readonly<Record<string, Partial<FakeWorkload>>>;
    groups?: readonly (Partial<GroupSettings> & { name: string })[];
    gateway?: Partial<GatewaySettings>;
    memories?: Readonly<Record<string, Partial<Memory>>>;
    clock?: ManualClock;
    /** The engine is unreachable at first. */
    isLost?: boolean;
    fronts?: DirectFronts;
  } = {},
): Promise<LifecycleFixture> {
  const settings = fixtureSettings(workloads, more);
  const memories = Object.entries(more.memories ?? {}).map(
    ([name, memory]) => [name, { ...MEMORY, ...memory }] as const,
  );
  const fixture = await startManualLifecycle(settings, {
    clock: more.clock ?? createManualClock(),
    workloads: more.fakes ?? {},
    memories: new Map(memories),
    createSchedule: createDailySchedule,
    isLost: more.isLost ?? false,
    ...(more.fronts && { fronts: more.fronts }),
  });
  const { engine, lifecycle, events } = fixture;
  let ordered = 0;

  function record(name: string): WorkloadRecord {
    const found = lifecycle.records.get(name);
    if (found === undefined) throw new Error(`no record "${name}"`);
    return found;
  }

  return {
    ...fixture,
    record,
    status: (name) => record(name).state.status,
    visit: (host, how) => visit(fixture, host, how),
    orders() {
      const fresh = engine.calls.slice(ordered).filter((call) => /^(start|stop|throttle) /u.test(call));
      ordered = engine.calls.length;
      return fresh;
    },
    emitted: (type) =>
      events.filter((event): event is Extract<DomainEvent, { type: typeof type }> => event.type === type),
  };
}

/** The configuration of `openLifecycle`, for reloads. */
export function fixtureSettings(
  workloads: readonly (Partial<WorkloadSettings> & { name: string })[],
  more: {
    groups?: readonly (Partial<GroupSettings> & { name: string })[];
    gateway?: Partial<GatewaySettings>;
  } = {},
): Settings {
  return settingsOf(workloads, more);
}

function visit({ lifecycle, clock }: ManualLifecycle, host: string, how: Visit = {}): FakeClient {
  const asked = host.includes(".") ? host : `${host}.test`;
  const route = lifecycle.routes().hosts.find(asked);
  if (route === undefined) throw new Error(`no route for "${host}"`);
  const leaving = new AbortController();
  const request = {
    kind: how.kind ?? "other",
    method: "GET",
    path: "/",
    userAgent: how.userAgent ?? "curl/8",
    address: "127.0.0.1",
    isPrefetch: how.isPrefetch ?? false,
    sticky: how.sticky,
    host: asked,
    aborted: leaving.signal,
  } as const;
  const client: FakeClient = {
    answer: "",
    admission: undefined,
    waitedMs: 0,
    leave: () => leaving.abort(),
    close() {
      if (client.admission?.kind !== "forward" || client.admission.lease === undefined) return;
      closeLease(client.admission.lease, clock, lifecycle.context.rearm);
    },
  };
  void lifecycle.admit(route, request, { ...PROXY, ...how.handler }, how.lease ?? "request").then(
    (admission) => {
      client.admission = admission;
      client.waitedMs = admission.waitedMs;
      client.answer = admission.kind === "forward" ? `forward ${admission.record.name}` : lineOf(admission);
    },
    (error: unknown) => {
      client.answer = `broken: ${String(error)}`;
    },
  );
  return client;
}

function lineOf({ decision }: Extract<Admission, { kind: "refuse" }>): string {
  return decision.kind === "failed"
    ? `failed ${decision.failure.reason}: ${failureText(decision.failure.cause)}`
    : decision.kind;
}

const MEMORY: Memory = {
  lastActivityMs: undefined,
  wakesMs: [],
  failures: 0,
  failedAtMs: undefined,
  stoppedByUs: false,
  wokenByUs: false,
  asleepMs: 0,
  wakesTotal: 0,
};
