import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { type AddressSet, createAddressSet } from "./config/address-set.ts";
import { describeWorkload } from "./config/merge/describe-settings.ts";
import { formatFault } from "./config/check/faults.ts";
import { createIgnoreMatcher } from "./config/ignore-matcher.ts";
import { isSelf } from "./config/merge/inventory-index.ts";
import type { FileConfig } from "./config/parse/load-config.ts";
import { type MergeResult, mergeSettings } from "./config/merge/merge-settings.ts";
import { createSchedule } from "./config/schedule.ts";
import { isGatewayName } from "./core/gateway-name.ts";
import { createUntrustedPeers } from "./config/check/untrusted-peers.ts";
import type { InventoryItem } from "./core/observation.ts";
import type { Settings } from "./core/settings.ts";
import { clientAddress } from "./web/client-address.ts";
import { createEndpoints } from "./create-endpoints.ts";
import { createAsk } from "./forward-auth/ask.ts";
import { createAuthDoor } from "./forward-auth/door.ts";
import { createTraefikProvider } from "./forward-auth/traefik-provider.ts";
import { createLifecycle } from "./lifecycle/lifecycle.ts";
import { createLogTail } from "./lifecycle/log-tail.ts";
import type { Clock, Engine, Probe, Store } from "./lifecycle/ports.ts";
import { createRefusedRoutes } from "./lifecycle/refused-route.ts";
import type { Route } from "./lifecycle/route.ts";
import { createNotifier } from "./notify/create-notifier.ts";
import { createProxyDoor } from "./proxy/door.ts";
import { createForwarder } from "./proxy/forwarder.ts";
import { createHostLookup } from "./proxy/host-lookup.ts";
import { clientOf, createRefuser } from "./proxy/refuser.ts";
import { SERVER_OPTIONS } from "./http1/server-options.ts";
import { createTranslate } from "./respond/language.ts";
import { createRefusalAnswer } from "./respond/refusal.ts";
import { createResponder, type Responder } from "./respond/responder.ts";
import { rawAnswer, writeAnswer } from "./respond/write-answer.ts";
import { createGatewayServer } from "./server.ts";
import { countingEngine } from "./telemetry/counting-engine.ts";
import { createEventStream } from "./telemetry/event-stream.ts";
import { logEvents } from "./telemetry/log-events.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import type { Tracing, TracingSources } from "./telemetry/tracing/tracing.ts";

export interface AppDeps {
  /** What file and environment say; replaced by `reload`. */
  readonly config: FileConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly store: Store;
  readonly engines: Readonly<Record<Engine["kind"], Engine>>;
  readonly version: string;
  /** The gateway's own container (name or id), which it must not look after. */
  readonly self?: string | undefined;
  /** Begins traces; absent: nobody asked for them, and nothing is spent on them. */
  readonly startTracing?: ((sources: TracingSources) => Tracing) | undefined;
}

export interface App {
  /** Reads the state of the world, then listens. Rejects with the system's error when the port is taken. */
  listen(): Promise<AddressInfo>;
  /** Takes another configuration; what needs a restart keeps its old value, with a warning. */
  reload(config: FileConfig): Promise<void>;
  /** Lets what is open end, for `graceMs` at most; the containers stay as they are. */
  drain(graceMs: number): Promise<void>;
}

/** Puts the rooms together; the only place that knows them all. */
export function createApp(deps: AppDeps): App {
  const { clock, logger } = deps;
  const told = new Set<string>();
  let config = deps.config;
  let merged: MergeResult | undefined;
  let trusted: AddressSet = () => false;
  const untrusted = createUntrustedPeers({
    isTrusted,
    report: (address) => logger.warn(english("dash.untrustedPeer", { address })),
  });
  let ownNames: readonly string[] = [];
  let responder = responderFor(config.gateway);

  const events = createEventStream();
  events.subscribe(logEvents(logger));
  const metrics = createMetrics({
    now: () => clock.now(),
    records: () => lifecycle.records,
    routes: () => lifecycle.routes().byName,
  });
  events.subscribe(metrics.note);
  const tracing = deps.startTracing?.({
    now: () => clock.now(),
    wall: () => clock.wall(),
    dependentsOf: (workload) => lifecycle.records.get(workload)?.dependents.map(({ name }) => name),
    membersOf: (route) => (lifecycle.routes().byName.get(route)?.members ?? []).map(({ name }) => name),
  });
  if (tracing !== undefined) events.subscribe(tracing.note);
  const notifier = createNotifier({
    settings: () => config.gateway.notify,
    clock,
    emit: events.emit,
    version: deps.version,
  });
  events.subscribe(notifier.note);

  const lifecycle = createLifecycle({
    clock,
    probe: deps.probe,
    store: deps.store,
    engines: {
      docker: countingEngine(deps.engines.docker, metrics),
      process: countingEngine(deps.engines.process, metrics),
    },
    emit: events.emit,
    settingsFor,
    createSchedule,
    matchesIgnore: createIgnoreMatcher(),
  });
  const forwarder = createForwarder({ isTrusted });
  events.subscribe((event) => {
    if (event.type === "state" && event.from.status === "ready") forwarder.release(event.from.endpoint);
    if (event.type === "run-over") forwarder.endWithRun(event.endpoint);
  });
  const logTail = createLogTail({ clock, lines: () => config.gateway.logLines });
  const answerRefusal = createRefusalAnswer({
    responder: () => responder,
    describe: createRefusedRoutes({ clock, logTail, probe: deps.probe }),
  });
  const door = createProxyDoor({
    house: lifecycle.house,
    admitter: lifecycle,
    forwarder,
    count: metrics.request,
    addressOf: (req) => clientAddress(req, isTrusted),
    ...createRefuser(answerRefusal),
  });
  const endpoints = createEndpoints({
    lifecycle,
    clock,
    logTail,
    metrics,
    events,
    responder: () => responder,
    isTrusted,
    untrustedPeers: untrusted.list,
    isDraining: () => server.draining(),
    merged: () => merged,
    describeSettings: (settings) => describeWorkload(settings, merged?.provenance ?? new Map()),
    version: deps.version,
    extras: [
      {
        path: "/_provider/traefik",
        access: "admin-or-trusted",
        handle: createTraefikProvider({
          settings: () => lifecycle.settings(),
          portOf: lifecycle.portOf,
          enginesUp: () => lifecycle.enginesUp(),
          responder: () => responder,
        }),
      },
      {
        path: "/_ask",
        access: "trusted",
        handle: createAsk({ routes: () => lifecycle.routes(), responder: () => responder }),
      },
    ],
  });
  const authDoor = createAuthDoor({
    lifecycle,
    responder: () => responder,
    answerRefusal,
    polls: endpoints.polls,
    pollAllowed: endpoints.pollAllowed,
    isTrusted,
    addressOf: (req) => clientAddress(req, isTrusted),
    count: metrics.authRequest,
  });
  const doors = {
    auth: authDoor.request,
    authUpgrade: authDoor.upgrade,
    request: door.request,
    upgrade: door.upgrade,
  };
  const server = createGatewayServer({
    options: SERVER_OPTIONS,
    ...createHostLookup({ routes: () => lifecycle.routes(), settings: () => lifecycle.settings(), isTrusted }),
    internal: endpoints.handle,
    // A traced request needs its span, which is around what node:http has read.
    ...(tracing === undefined
      ? { ...doors, plain: door.plain, simpleAuth: authDoor.plain }
      : tracing.around<Route>(doors)),
    forwardedBy: untrusted.note,
    unknownHost: (req, host = "") =>
      responder.unknownHost({ host, isGateway: isGatewayName(host, ownNames) }, clientOf(req)),
    conflictingHost(req, res) {
      writeAnswer(res, responder.problem("conflict-host", {}, clientOf(req)), req.method);
    },
    rawAnswer: (code) => rawAnswer(responder.problem(code, {}, NOBODY)),
  });

  function settingsFor(inventory: readonly InventoryItem[]): Settings {
    merged = mergeSettings(config, inventory, { self: deps.self });
    for (const warning of [...merged.warnings, ...merged.labelFaults.map(formatFault)]) {
      if (told.has(warning)) continue;
      told.add(warning);
      logger.warn(warning);
    }
    ownNames = [hostname(), ...inventory.filter((item) => isSelf(item, deps.self)).map(({ name }) => name)];
    trusted = createAddressSet(merged.settings.gateway.trustedProxies);
    return merged.settings;
  }

  function isTrusted(address: string): boolean {
    return trusted(address);
  }

  function responderFor({ templatesDir, theme }: FileConfig["gateway"]): Responder {
    return createResponder({ templatesDir, theme, report: (note) => logger.warn(note) });
  }

  return {
    async listen() {
      await lifecycle.start();
      return server.listen(config.gateway.port, config.gateway.bind);
    },
    async reload(next) {
      const { port, bind, adminAuth, stateFile } = config.gateway;
      const fixed = { port, bind, adminAuth, stateFile };
      for (const key of Object.keys(fixed) as (keyof typeof fixed)[]) {
        if (isDeepStrictEqual(next.gateway[key], fixed[key])) continue;
        logger.warn(`gateway.${FIXED_KEYS[key]} is not reloaded: the new value counts after a restart`);
      }
      const gateway = { ...next.gateway, ...fixed };
      responder = responderFor(gateway); // templates may have changed, whatever the configuration says
      config = { ...next, gateway };
      await lifecycle.reload();
    },
    async drain(graceMs) {
      endpoints.close();
      await server.drain(graceMs);
      await lifecycle.stop();
      await forwarder.close();
      await Promise.all([notifier.close(), tracing?.close()]);
    },
  };
}

/** What only a start takes from the configuration, as the file calls it. */
const FIXED_KEYS = { port: "port", bind: "bind", adminAuth: "admin_auth", stateFile: "state_file" } as const;
const english = createTranslate("en");
const NOBODY = { kind: "other" } as const;
