import type { CurrentSettings } from "./current-settings.ts";
import type { Lifecycle } from "./lifecycle/lifecycle.ts";
import type { Clock } from "./lifecycle/ports.ts";
import { createNotifier } from "./notify/create-notifier.ts";
import type { EventStream } from "./telemetry/event-stream.ts";
import { logEvents } from "./telemetry/log-events.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import type { Tracing, TracingSources } from "./telemetry/tracing/tracing.ts";

/** What the telemetry needs. */
export interface TelemetryDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  /** Starts tracing; absent: tracing is off and costs nothing. */
  readonly startTracing?: ((sources: TracingSources) => Tracing) | undefined;
}

/** The listeners that other parts use as well. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** Creates all listeners of domain events: log, metrics, traces, webhooks. The life cycle is created after them. */
export function createTelemetry(
  { clock, logger, startTracing, version }: TelemetryDeps,
  settings: Pick<CurrentSettings, "gateway">,
  events: EventStream,
  lifecycle: () => Lifecycle,
) {
  events.subscribe(logEvents(logger));
  const metrics = createMetrics({
    now: () => clock.now(),
    records: () => lifecycle().records,
    routes: () => lifecycle().routes().byName,
  });
  events.subscribe(metrics.note);
  const tracing = startTracing?.({
    now: () => clock.now(),
    wall: () => clock.wall(),
    dependentsOf: (workload) =>
      lifecycle()
        .records.get(workload)
        ?.dependents.map(({ name }) => name),
    membersOf: (route) => (lifecycle().routes().byName.get(route)?.members ?? []).map(({ name }) => name),
  });
  if (tracing !== undefined) events.subscribe(tracing.note);
  const notifier = createNotifier({
    settings: () => settings.gateway().notify,
    clock,
    emit: events.emit,
    version,
  });
  events.subscribe(notifier.note);
  return { metrics, tracing, notifier };
}
