import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { inspect } from "node:util";
import { type App, createApp } from "../app.ts";
import { type ConfigSource, configPath, createConfigSource } from "../config/parse/source.ts";
import { formatFault } from "../config/check/faults.ts";
import type { FileConfig, LoadResult } from "../config/parse/load-config.ts";
import { contextHint, DEFAULT_SOCKET } from "../engines/docker/context.ts";
import { dockerFaults, dockerHosts, usesDefaultDocker } from "./docker-hosts.ts";
import { createDockerEngine } from "../engines/docker/create-docker-engine.ts";
import { createProbe } from "../engines/probe.ts";
import { createSwarmEngine } from "../engines/swarm/create-swarm-engine.ts";
import { createProcessEngine } from "../engines/process/create-process-engine.ts";
import type { Engine, Engines, Store } from "../lifecycle/ports.ts";
import { createFileStore } from "../store/file-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { createSystemClock } from "../system-clock.ts";
import { loadTracing } from "../telemetry/tracing/load-tracing.ts";
import { readLogLevel } from "../telemetry/log-level.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { loadKubernetesEngine, usesKubernetes } from "./kubernetes.ts";
import { type Command, EXIT_FAILURE, EXIT_OK, EXIT_USAGE, type Io } from "./command.ts";
import { productVersion } from "./version.ts";

/** How long open requests may take to finish at a shutdown, as in the original. */
const DRAIN_MS = 15_000;

/** `dag serve`, which runs the gateway. */
export const serve: Command = {
  summary: "runs the gateway (the default)",
  details: [
    "Reads the file in CONFIG_PATH and the labels of all containers. SIGHUP, or a change of the file, reloads it. After SIGTERM open requests may finish for up to 15 seconds. LOG_LEVEL is debug, info, warn, error or silent.",
  ],
  run: (_given, io) => runGateway(createConfigSource({ ...configPath(io.env), env: io.env }), io),
};

/** The options of `runGateway`. */
export interface RunOptions {
  /** Whether to use Docker; without it only local processes run. */
  readonly docker?: boolean;
  /** How to choose another port if this one cannot be opened; default: in the file. */
  readonly otherPort?: string;
  /** Called when the gateway listens. */
  readonly onListening?: (port: number) => void;
}

/** Runs a gateway until a signal to shut down. Returns 2 for a faulty initial configuration, 1 if it cannot listen. */
export async function runGateway(source: ConfigSource, io: Io, options: RunOptions = {}): Promise<number> {
  const loaded = source.load();
  const faults = initialFaults(loaded, io, options);
  for (const fault of faults) io.stderr(`${fault}\n`);
  if (!loaded.ok || faults.length > 0) return EXIT_USAGE;
  const logger = openLog(io, loaded.warnings);
  const clock = createSystemClock();
  const { config } = loaded;
  warnOfOpenAdmin(config, logger);
  warnOfContext(io, logger);
  let reach: FileConfig = config;
  const version = productVersion();
  const app = createApp({
    config,
    logger,
    clock,
    probe: createProbe(),
    store: storeFor(config, logger),
    engines: await enginesFor(io, () => reach, options),
    version,
    startTracing: await loadTracing({ env: io.env, version, warn: (message) => logger.warn(message) }),
    self: existsSync("/.dockerenv") ? hostname() : undefined,
  });

  const ended = new AbortController();
  const take = reloader(app, logger, (next) => void (reach = next));
  io.onSignal("SIGHUP", () => take(source.load()));
  for (const signal of ["SIGTERM", "SIGINT"] as const) io.onSignal(signal, () => ended.abort());
  const shutdown = aborted(ended.signal);
  try {
    // An unresponsive Docker delays listening for a while, but must not delay a shutdown.
    const listening = await Promise.race([app.listen(), shutdown]);
    if (listening !== undefined) {
      const { port, address } = listening;
      io.onFault((fault) => logFault(logger, fault));
      logger.info({ port, address, version }, "gateway started");
      io.started?.();
      options.onListening?.(port);
    }
  } catch (error) {
    const known = listenFault(config, error, options.otherPort);
    if (known === undefined) logger.error({ err: error }, "cannot listen");
    else logger.error(known);
    await app.drain(0);
    return EXIT_FAILURE;
  }
  source.watch(take, ended.signal);
  await shutdown;
  logger.info({ grace_s: DRAIN_MS / 1000 }, `shutting down; open requests may finish (up to ${DRAIN_MS / 1000} s)`);
  await app.drain(DRAIN_MS);
  return EXIT_OK;
}

function initialFaults(loaded: LoadResult, { env }: Io, { docker = true }: RunOptions): string[] {
  if (!loaded.ok) return loaded.faults.map(formatFault);
  return docker ? dockerFaults(env, loaded.config) : [];
}

function openLog({ env, isTerminal }: Io, warnings: readonly string[]): Logger {
  const all = [...warnings];
  const level = readLogLevel(env, (warning) => void all.unshift(warning));
  const logger = createLogger({ level, pretty: isTerminal });
  for (const warning of all) logger.warn(warning);
  return logger;
}

/**
 * Logs a bug instead of ending the process and with it all connections; before the gateway listens, a fault still does.
 */
function logFault(logger: Logger, fault: unknown): void {
  const err = fault instanceof Error ? fault : new Error(`not an Error: ${inspect(fault)}`);
  logger.error({ err }, "bug in the gateway: an exception was not handled; please report it with this stack");
}

/** Creates the function that applies a loaded configuration; a faulty one is reported and not applied. */
function reloader(app: App, logger: Logger, taken: (config: FileConfig) => void): (loaded: LoadResult) => void {
  return (loaded) => {
    if (!loaded.ok) {
      const faults = loaded.faults.map(formatFault);
      for (const fault of faults) logger.error(`configuration not reloaded: ${fault}`);
      return app.refuse(faults);
    }
    for (const warning of loaded.warnings) logger.warn(warning);
    taken(loaded.config);
    void app.reload(loaded.config).then(() => logger.info("configuration reloaded"));
  };
}

function storeFor({ gateway }: FileConfig, logger: Logger): Store {
  const { stateFile } = gateway;
  if (stateFile === "") return createMemoryStore();
  if (existsSync(dirname(stateFile)))
    return createFileStore({ path: stateFile, warn: (message) => logger.warn(message) });
  logger.warn(
    `${dirname(stateFile)} is not a folder: activity is lost at a restart (mount a volume there, or set gateway.state_file)`,
  );
  return createMemoryStore();
}

async function enginesFor(io: Io, config: () => FileConfig, { docker = true }: RunOptions): Promise<Engines> {
  const processes = createProcessEngine({ environment: io.env });
  const kubernetes =
    docker && (await usesKubernetes(io, config())) ? await loadKubernetesEngine(io, config) : undefined;
  const hosts = docker ? dockerHosts(config) : {};
  // A pod, or a machine with `docker:` hosts, may have no Docker of its own unless DOCKER_HOST is set.
  const hasOthers = kubernetes !== undefined || Object.keys(hosts).length > 0;
  const hasDocker = docker && usesDefaultDocker(io.env, config(), hasOthers);
  const reach = (): FileConfig["gateway"] => config().gateway;
  const managers = reach().swarmManagers;
  return {
    process: processes,
    docker: hasDocker ? createDockerEngine({ environment: io.env, reach }) : noDocker(processes),
    ...(kubernetes !== undefined && { kubernetes }),
    ...hosts,
    ...((hasDocker || managers.length > 0) && { swarm: createSwarmEngine({ environment: io.env, managers, reach }) }),
  };
}

/** Creates a replacement for the Docker engine without containers. */
function noDocker(processes: Engine): Engine {
  return {
    ...processes,
    id: "docker",
    kind: "docker",
    list: () => Promise.resolve([]),
    watch: () => undefined,
    close: () => Promise.resolve(),
  };
}

function warnOfOpenAdmin({ gateway }: FileConfig, logger: Logger): void {
  if (gateway.adminAuth.method !== "none" || LOOPBACK.test(gateway.bind)) return;
  logger.warn(
    "the admin pages (/_status, /_metrics) are open to everybody who reaches this port: set gateway.admin_auth, or gateway.admin_hosts",
  );
}

/**
 * Warns if the docker command uses a context although the default socket exists; otherwise the engine's error says so.
 */
function warnOfContext({ env }: Io, logger: Logger): void {
  if (env["DOCKER_HOST"] || !existsSync(DEFAULT_SOCKET)) return;
  const hint = contextHint(env);
  if (hint !== undefined) logger.warn(`${hint}. The gateway uses ${DEFAULT_SOCKET}`);
}

const LOOPBACK = /^(127\.|::1$|localhost$)/u;

/** Describes an expected error and what to do; `undefined` for an unexpected one. */
function listenFault({ gateway }: FileConfig, error: unknown, otherPort = "set gateway.port"): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return `port ${gateway.port} is in use: stop the program that listens on it, or ${otherPort}`;
  if (code === "EACCES") return `port ${gateway.port} requires root: use a port above 1023 (${otherPort})`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `this machine has no address ${gateway.bind}: set gateway.bind`;
  return undefined;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
