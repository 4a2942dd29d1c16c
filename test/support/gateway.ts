import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

import { cleanup } from "./cleanup.ts";
import { freePort, openRequest, request, type Answer, type RequestSpec } from "./http.ts";
import { waitUntil } from "./wait-until.ts";

/** The options of a gateway. */
export interface GatewaySpec {
  /**
   * Sections of config.yaml; port, bind and state_file are added. A function gets the port and returns the whole file.
   */
  readonly config?:
    | { readonly gateway?: object; readonly containers?: unknown; readonly groups?: unknown; readonly docker?: unknown }
    | ((port: number) => string);
  /** Added to the few variables that it gets from this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** DOCKER_HOST; default: an address at which nothing answers. */
  readonly dockerHost?: string;
  /** Default: `serve`. */
  readonly args?: readonly string[];
  /** The network namespace in which it runs, with its address and port; default: this machine's. */
  readonly within?: { readonly netns: string; readonly address: string; readonly port: number };
  /** A command with arguments that runs it, such as `unshare`; default: none. */
  readonly prefix?: readonly string[];
  /** The path of the program; default: the source. */
  readonly program?: string;
}

/** A structured log line. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A gateway in its own process, started as users do. */
export interface Gateway {
  readonly port: number;
  readonly pid: number;
  readonly configFile: string;
  /** Its log so far; a line that is not JSON is in `raw`. */
  readonly log: readonly LogLine[];
  request(spec?: Omit<RequestSpec, "port">): Promise<Answer>;
  open(spec?: Omit<RequestSpec, "port">): ReturnType<typeof openRequest>;
  /** Resolves with the first line that passes, already written or later. */
  waitForLog(passes: (line: LogLine) => boolean, ms?: number): Promise<LogLine>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it with SIGTERM, and after a while with SIGKILL. Resolves with its exit code, `null` after a kill. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Starts it again with the same port, configuration and environment. */
  restart(): Promise<Gateway>;
}

const main = path.resolve(import.meta.dirname, "../../src/main.ts");

/** Starts the gateway; resolves when it answers `/_live`. It is stopped at the end of the test. */
export async function startGateway(t: TestContext, spec: GatewaySpec = {}): Promise<Gateway> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-gateway-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const port = spec.within?.port ?? (await freePort());
  const configFile = path.join(dir, "config.yaml");
  writeFileSync(configFile, describeConfig(spec.config ?? {}, port, dir));
  const env = {
    PATH: process.env["PATH"] ?? "",
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
    HOME: dir,
    CONFIG_PATH: configFile,
    DOCKER_HOST: spec.dockerHost ?? `unix://${dir}/no-docker.sock`,
    ...spec.env,
  };
  const args = [spec.program ?? main, ...(spec.args ?? ["serve"])];
  const { within, prefix } = spec;
  return launch(t, { port, configFile, env, args, ...(within && { within }), ...(prefix && { prefix }) });
}

/** Returns the path of the file that a gateway keeps over a restart. */
export function stateOf({ configFile }: Pick<Gateway, "configFile">): string {
  return path.join(path.dirname(configFile), "state.json");
}

interface Launch extends Pick<GatewaySpec, "within" | "prefix"> {
  readonly port: number;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

async function launch(t: TestContext, order: Launch): Promise<Gateway> {
  const { port, configFile, env, args, within, prefix = [] } = order;
  const namespace = within === undefined ? [] : ["nsenter", `--net=${within.netns}`];
  const [program, ...first] = [...prefix, ...namespace, process.execPath];
  const child = spawn(program ?? "", [...first, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const log: LogLine[] = [];
  for (const output of [child.stdout, child.stderr])
    createInterface(output).on("line", (line) => log.push(parse(line)));
  const killed = (): void => void child.kill("SIGKILL");
  process.once("exit", killed);
  void exited.then(() => process.off("exit", killed));

  const gateway: Gateway = {
    port,
    pid: child.pid ?? 0,
    configFile,
    log,
    request: (rest = {}) => request({ address: within?.address ?? "127.0.0.1", ...rest, port }),
    open: (rest = {}) => openRequest({ address: within?.address ?? "127.0.0.1", ...rest, port }),
    waitForLog: (passes, ms) => waitUntil(() => log.find(passes), ms, "the log line"),
    signal: (signal) => void child.kill(signal),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const late = setTimeout(killed, 30_000);
      const [code] = (await exited) as [number | null];
      clearTimeout(late);
      return code;
    },
    restart: () => launch(t, order),
  };
  cleanup(t, () => gateway.stop());
  const isUp = async (): Promise<boolean> => {
    if (child.exitCode !== null || child.signalCode !== null) return true;
    return (await gateway.request({ path: "/_live" })).status === 200;
  };
  await waitUntil(isUp, 30_000, "the gateway's /_live").catch((error: unknown) => fail(String(error), log));
  if (child.exitCode !== null) fail(`the gateway ended with ${child.exitCode}`, log);
  return gateway;
}

function fail(message: string, log: readonly LogLine[]): never {
  throw new Error(`${message}; its output:\n${log.map((line) => JSON.stringify(line)).join("\n")}`);
}

function describeConfig(config: NonNullable<GatewaySpec["config"]>, port: number, dir: string): string {
  if (typeof config === "function") return config(port);
  // JSON is YAML.
  const gateway = { port, bind: "127.0.0.1", state_file: path.join(dir, "state.json"), ...config.gateway };
  return JSON.stringify({ ...config, gateway }, null, 2);
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { raw: line };
  }
}
