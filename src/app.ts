import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createUntrustedPeers, type UntrustedPeers } from "./config/check/untrusted-peers.ts";
import { createIgnoreMatcher } from "./config/ignore-matcher.ts";
import { describeWorkload } from "./config/merge/describe-settings.ts";
import type { FileConfig } from "./config/parse/load-config.ts";
import { createSchedule } from "./config/schedule.ts";
import { createEndpoints, type Endpoints } from "./create-endpoints.ts";
import { createTelemetry, type Telemetry, type TelemetryDeps } from "./create-telemetry.ts";
import { createCurrentSettings, type CurrentSettings } from "./current-settings.ts";
import { type AuthHandler, createAuthHandler } from "./forward-auth/handler.ts";
import { createFrontEndpoints } from "./create-front-endpoints.ts";
import { takesConnections } from "./forward-auth/takes-connections.ts";
import { createTraefikPolls, type TraefikPolls } from "./forward-auth/traefik-polls.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle/lifecycle.ts";
import { createLogTail } from "./lifecycle/workload/log-tail.ts";
import type { Engines, Probe, Store } from "./lifecycle/ports.ts";
import { createRefusedRoutes } from "./lifecycle/admit/refused-route.ts";
import type { Route } from "./lifecycle/admit/route.ts";
import { createProxyHandler, type ProxyHandler } from "./proxy/handler.ts";
import { createForwarder, type Forwarder } from "./proxy/forwarder.ts";
import { createHostLookup } from "./proxy/host-lookup.ts";
import { clientOf } from "./proxy/client-request.ts";
import { SERVER_OPTIONS } from "./http1/server-options.ts";
import type { ErrorCode } from "./core/errors.ts";
import { createTranslate } from "./respond/language.ts";
import { createRefusalAnswer } from "./respond/refusal.ts";
import { rawAnswer, writeAnswer } from "./respond/write-answer.ts";
import { createRequestRouter } from "./request-router.ts";
import { createGatewayServer, type GatewayServer } from "./server.ts";
import { countingEngine } from "./telemetry/counting-engine.ts";
import { createEventStream, type EventStream } from "./telemetry/event-stream.ts";
import { clientAddress } from "./web/client-address.ts";

/** What the app needs. */
export interface AppDeps extends TelemetryDeps {
  /** The settings from the file and the environment; `reload` replaces them. */
  readonly config: FileConfig;
  readonly probe: Probe;
  readonly store: Store;
  readonly engines: Engines;
  /** The gateway's own container (name or id), which it must not manage. */
  readonly self?: string | undefined;
}

/** The gateway. */
export interface App {
  /** Reads the current state, then listens. Rejects with the system's error if the port is in use. */
  listen(): Promise<AddressInfo>;
  /** Applies another configuration; settings that require a restart keep their values, with a warning. */
  reload(config: FileConfig): Promise<void>;
  /** Shows administrators why a changed configuration is not applied, until the next reload. */
  refuse(faults: readonly string[]): void;
  /** Stops listening and waits for open requests, for at most `graceMs`; containers stay as they are. */
  drain(graceMs: number): Promise<void>;
}

/** Creates the gateway from its parts; nothing else knows all of them. */
export function createApp(deps: AppDeps): App {
  const { logger } = deps;
  const settings = createCurrentSettings({ ...deps, warn: (message) => logger.warn(message) });
  const { isTrusted } = settings;
  const untrusted = createUntrustedPeers({
    isTrusted,
    report: (address) => logger.warn(english("dash.untrustedPeer", { address })),
  });
  const events = createEventStream();
  const telemetry = createTelemetry(deps, settings, events, () => lifecycle);
  const polls = createTraefikPolls({ clock: deps.clock, takesConnections });
  const lifecycle = wireLifecycle(deps, { settings, events, telemetry, polls });
  const forwarder = createForwarder({ isTrusted });
  releaseConnections(events, forwarder);

  const parts: Parts = { deps, settings, events, telemetry, lifecycle, polls, untrusted };
  const handlers = createHandlers(parts, forwarder, () => server.draining());
  const server = createListener(parts, handlers);

  return {
    async listen() {
      await lifecycle.start();
      return server.listen(settings.gateway().port, settings.gateway().bind);
    },
    async reload(config) {
      settings.replace(config);
      await lifecycle.reload();
    },
    refuse(faults) {
      settings.refuse(faults);
      // Makes open dashboards show the faults, although no setting has changed.
      const { size: hosts } = lifecycle.routes().hosts;
      events.emit({ type: "settings", hosts, workloads: lifecycle.records.size, names: [] });
    },
    async drain(graceMs) {
      handlers.endpoints.close();
      await server.drain(graceMs);
      await lifecycle.stop();
      await forwarder.close();
      await Promise.all([telemetry.notifier.close(), telemetry.tracing?.close()]);
    },
  };
}

/** What the steps below share. */
interface Parts {
  readonly deps: AppDeps;
  readonly settings: CurrentSettings;
  readonly events: EventStream;
  readonly telemetry: Telemetry;
  readonly lifecycle: Lifecycle;
  readonly polls: TraefikPolls;
  readonly untrusted: UntrustedPeers;
}

function wireLifecycle(
  { clock, probe, store, engines }: AppDeps,
  { settings, events, telemetry: { metrics }, polls }: Omit<Parts, "deps" | "lifecycle" | "untrusted">,
): Lifecycle {
  return createLifecycle({
    clock,
    probe,
    store,
    engines: counted(engines, metrics),
    emit: events.emit,
    knownFronts: polls,
    fronts: {
      progress: (sinceMs) => polls.progress(sinceMs, settings.gateway().traefik.throttleMs + APPLIED_MS),
      applyMs: () => settings.gateway().traefik.throttleMs,
      recallMs: () => polls.everyMs() + settings.gateway().traefik.throttleMs + APPLIED_MS,
    },
    settingsFor: settings.merge,
    createSchedule,
    matchesIgnore: createIgnoreMatcher(),
  });
}

function counted(engines: Engines, metrics: Telemetry["metrics"]): Engines {
  const { docker, process, ...more } = engines;
  const others = Object.entries(more).map(([id, engine]) => [id, countingEngine(engine, metrics)] as const);
  return {
    ...Object.fromEntries(others),
    docker: countingEngine(docker, metrics),
    process: countingEngine(process, metrics),
  };
}

/** How long Traefik takes in addition to its throttle duration; 0.3 s were measured. */
const APPLIED_MS = 1_000;

/** Closes the connections to an app when its run ends. */
function releaseConnections(events: EventStream, forwarder: Forwarder): void {
  events.subscribe((event) => {
    if (event.type === "state" && event.from.status === "ready") {
      const staying = event.to.status === "ready" ? event.to.targets : [];
      for (const target of event.from.targets) if (!staying.includes(target)) forwarder.release(target);
    }
    if (event.type === "run-over") forwarder.endWithRun(event.endpoint);
  });
}

interface Handlers {
  readonly proxy: ProxyHandler;
  readonly auth: AuthHandler;
  readonly endpoints: Endpoints;
}

/** Creates everything that answers requests: proxy, auth requests and reserved paths. */
function createHandlers(parts: Parts, forwarder: Forwarder, isDraining: () => boolean): Handlers {
  const { deps, settings, events, telemetry, lifecycle, untrusted } = parts;
  const { clock, version } = deps;
  const { isTrusted, responder, merged } = settings;
  const { metrics } = telemetry;
  const addressOf = (req: IncomingMessage): string => clientAddress(req, isTrusted);
  const logTail = createLogTail({ clock, lines: () => settings.gateway().logLines });
  const answerRefusal = createRefusalAnswer({
    responder,
    describe: createRefusedRoutes({ clock, logTail }),
    timezone: () => settings.gateway().scheduleTimezone,
  });
  const proxy = createProxyHandler({
    context: lifecycle.context,
    admitter: lifecycle,
    forwarder,
    count: metrics.request,
    addressOf,
    answerRefusal,
  });
  const endpoints = createEndpoints({
    lifecycle,
    clock,
    logTail,
    metrics,
    events,
    responder,
    isTrusted,
    untrustedPeers: untrusted.list,
    refusedConfig: settings.refused,
    isDraining,
    merged,
    describeSettings: (workload) => describeWorkload(workload, merged()?.originsOf(workload.name) ?? new Map()),
    version,
    extras: createFrontEndpoints({ lifecycle, polls: parts.polls, responder, isTrusted }),
  });
  const { polls, pollAllowed } = endpoints;
  const count = metrics.authRequest;
  const auth = createAuthHandler({
    lifecycle,
    responder,
    answerRefusal,
    polls,
    pollAllowed,
    isTrusted,
    addressOf,
    count,
  });
  return { proxy, auth, endpoints };
}

function createListener(parts: Parts, { proxy, auth, endpoints }: Handlers): GatewayServer {
  const { settings, telemetry, lifecycle, untrusted } = parts;
  const { responder, isTrusted } = settings;
  const requestHandlers = {
    auth: auth.request,
    authUpgrade: auth.upgrade,
    request: proxy.request,
    upgrade: proxy.upgrade,
  };
  const inRaw = (code: ErrorCode): Buffer => rawAnswer(responder().problem(code, {}, NOBODY));
  const router = createRequestRouter({
    ...createHostLookup({ routes: lifecycle.routes, settings: lifecycle.settings, isTrusted }),
    internal: endpoints.handle,
    // With tracing, node:http must read every request, because spans are created around its request objects.
    ...(telemetry.tracing === undefined
      ? { ...requestHandlers, simple: proxy.simple, simpleAuth: auth.simple }
      : telemetry.tracing.around<Route>(requestHandlers)),
    forwardedBy: untrusted.note,
    unknownHost: (req, host = "") =>
      responder().unknownHost({ host, isGateway: settings.isGatewayName(host) }, clientOf(req)),
    conflictingHost(req, res) {
      writeAnswer(res, responder().problem("conflict-host", {}, clientOf(req)), req.method);
    },
    rawAnswer: inRaw,
  });
  return createGatewayServer({ options: SERVER_OPTIONS, router, rawAnswer: inRaw });
}

const english = createTranslate("en");
const NOBODY = { kind: "other" } as const;
