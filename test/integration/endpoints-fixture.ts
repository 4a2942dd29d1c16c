import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { DomainEvent } from "../../src/core/events.ts";
import { requestHost, requestPath } from "../../src/core/request-host.ts";
import type { Settings } from "../../src/core/settings.ts";
import { createEndpoints } from "../../src/create-endpoints.ts";
import type { ConfigFault, EndpointsDeps } from "../../src/web/endpoints-deps.ts";
import { createLogTail } from "../../src/lifecycle/workload/log-tail.ts";
import type { WorkloadRecord } from "../../src/lifecycle/workload/record.ts";
import { createResponder } from "../../src/respond/responder.ts";
import { createEventStream } from "../../src/telemetry/event-stream.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { type Answer, request, type RequestSpec } from "../support/http.ts";
import type { FakeWorkload } from "./fake-workload.ts";
import { createManualClock } from "./manual-clock.ts";
import { type ManualLifecycle, startManualLifecycle } from "./manual-lifecycle.ts";

/** The endpoints on a real port, over a real life cycle whose containers and time are a test's own. */
export interface EndpointsServer extends ManualLifecycle {
  readonly port: number;
  /** Sends a request; the host is `app.test` unless the test names another. */
  ask(path: string, spec?: Omit<RequestSpec, "port" | "path">): Promise<Answer>;
  record(name: string): WorkloadRecord;
  /** Everything that was emitted since the start. */
  readonly emitted: readonly DomainEvent[];
  /** What the socket says of the peer and what trusted peers are; settable. */
  readonly trusted: Set<string>;
  draining: boolean;
}

/** Whatever the endpoints do not take gets a 418, as if an app had answered. */
export const APP_STATUS = 418;

export async function startEndpoints(
  t: TestContext,
  settings: Settings,
  options: {
    workloads?: Readonly<Record<string, Partial<FakeWorkload>>>;
    deps?: Partial<EndpointsDeps>;
    /** When the test begins; default: a Monday in June. */
    startMs?: number;
    memories?: NonNullable<Parameters<typeof startManualLifecycle>[1]>["memories"];
    createSchedule?: NonNullable<Parameters<typeof startManualLifecycle>[1]>["createSchedule"];
  } = {},
): Promise<EndpointsServer> {
  const events = createEventStream();
  const emitted: DomainEvent[] = [];
  events.subscribe((event) => emitted.push(event));
  const trusted = new Set<string>();
  const clock = createManualClock(options.startMs);
  const fixture = await startManualLifecycle(settings, {
    clock,
    emit: events.emit,
    ...(options.workloads && { workloads: options.workloads }),
    ...(options.memories && { memories: options.memories }),
    ...(options.createSchedule && { createSchedule: options.createSchedule }),
  });
  const { lifecycle } = fixture;
  const metrics = createMetrics({
    now: () => clock.now(),
    records: () => lifecycle.records,
    routes: () => lifecycle.routes().byName,
  });
  events.subscribe(metrics.note);
  const responder = createResponder({
    templatesDir: "",
    theme: "default",
    report: (note) => {
      throw new Error(note);
    },
  });
  const endpoints = createEndpoints({
    lifecycle,
    clock,
    logTail: createLogTail({ clock, lines: () => lifecycle.settings().gateway.logLines }),
    metrics,
    events,
    responder: () => responder,
    isTrusted: (address) => trusted.has(address),
    untrustedPeers: () => [],
    refusedConfig: () => [],
    isDraining: () => result.draining,
    merged: () => undefined,
    version: "0.0.0",
    ...options.deps,
  });
  const server = createServer((req, res) => {
    const host = requestHost(req.url ?? "/", req.rawHeaders);
    const route = typeof host === "symbol" ? undefined : lifecycle.routes().hosts.find(host);
    if (!endpoints.handle(req, res, requestPath(req.url ?? "/"), route)) res.writeHead(APP_STATUS).end("the app");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await lifecycle.stop();
  });
  const result: EndpointsServer = {
    ...fixture,
    port,
    emitted,
    trusted,
    draining: false,
    ask: (path, spec = {}) => request({ host: "app.test", ...spec, port, path }),
    record(name) {
      const record = lifecycle.records.get(name);
      if (record === undefined) throw new Error(`there is no record "${name}"`);
      return record;
    },
  };
  return result;
}

/** Faults as the configuration keeps them. */
export function byContainer(
  faults: readonly (ConfigFault & { readonly place: { readonly container: string } })[],
): ReadonlyMap<string, readonly ConfigFault[]> {
  return Map.groupBy(faults, ({ place }) => place.container);
}
