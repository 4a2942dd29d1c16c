import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { cleanup } from "./cleanup.ts";
import { freePort, request } from "./http.ts";
import { type Tool, toolOrSkip } from "./tools.ts";
import { waitUntil } from "./wait-until.ts";

/** A real front proxy in a process on this machine. */
export interface Front {
  /** The port for clients. */
  readonly port: number;
  /** The port of Traefik's API or Caddy's admin endpoint; 0: none. */
  readonly adminPort: number;
  /** Returns the id of its process, and of the group that includes its workers. */
  pid(): number;
  /** Returns its whole output. */
  log(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again with the same ports and configuration. */
  restart(): Promise<void>;
}

/**
 * Starts Traefik 3.7 with these static sections and these dynamic ones in a file; `web` adds to its entry point.
 * `undefined` if Traefik is missing.
 */
export async function startTraefik(
  t: TestContext,
  spec: { readonly dynamic?: object; readonly static?: object; readonly web?: object },
): Promise<Front | undefined> {
  return startFront(t, "traefik", (dir, port, adminPort) => {
    // JSON is YAML; Traefik decides by the name of the file.
    const dynamic = path.join(dir, "dynamic.yml");
    writeFileSync(dynamic, JSON.stringify(spec.dynamic ?? {}));
    const fixed = {
      entryPoints: {
        web: { address: `127.0.0.1:${port}`, ...spec.web },
        traefik: { address: `127.0.0.1:${adminPort}` },
      },
      api: { insecure: true },
      ping: {},
      log: { level: "INFO" },
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      ...spec.static,
    };
    const providers = { ...(spec.dynamic && { file: { filename: dynamic } }), ...(fixed as any).providers };
    const yaml = path.join(dir, "traefik.yml");
    writeFileSync(yaml, JSON.stringify({ ...fixed, providers }));
    return {
      args: [`--configFile=${yaml}`],
      isUp: () => (spec.dynamic === undefined ? answers(adminPort, "/ping") : hasRouters(adminPort)),
    };
  });
}

/** Starts Caddy 2.11 with these site blocks. */
export async function startCaddy(t: TestContext, sites: (port: number) => string): Promise<Front | undefined> {
  return startFront(t, "caddy", (dir, port, adminPort) => {
    const file = path.join(dir, "Caddyfile");
    writeFileSync(
      file,
      `{\n\tadmin 127.0.0.1:${adminPort}\n\tauto_https off\n\tpersist_config off\n}\n${sites(port)}\n`,
    );
    // Its admin endpoint answers before its sites do.
    const isUp = async (): Promise<boolean> => (await answers(adminPort, "/config/")) && answers(port, "/");
    return { args: ["run", "--config", file, "--adapter", "caddyfile"], isUp };
  });
}

/** Starts nginx with this text inside its `http` block. */
export async function startNginx(
  t: TestContext,
  http: (port: number, dir: string) => string,
): Promise<Front | undefined> {
  return startFront(t, "nginx", (dir, port) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (one) => `${one}_temp_path ${dir}/${one};`,
    );
    const file = path.join(dir, "nginx.conf");
    const user = process.getuid?.() === 0 ? "user root;" : "";
    writeFileSync(
      file,
      `${user}\ndaemon off;\nworker_processes 1;\npid ${dir}/nginx.pid;\nerror_log stderr info;\n` +
        `events { worker_connections 512; }\nhttp {\n${temporary.join("\n")}\naccess_log off;\n${http(port, dir)}\n}\n`,
    );
    return { args: ["-p", dir, "-c", file], isUp: () => answers(port, "/") };
  });
}

/** Starts Apache httpd with these lines in its only server, and with its proxy modules. */
export async function startApache(t: TestContext, lines: string): Promise<Front | undefined> {
  return startFront(t, "apache", (dir, port) => {
    const modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel", "rewrite", "headers"].map(
      (one) => `LoadModule ${one}_module /usr/lib/apache2/modules/mod_${one}.so`,
    );
    const file = path.join(dir, "apache.conf");
    writeFileSync(
      file,
      `${modules.join("\n")}\nServerRoot ${dir}\nPidFile ${dir}/apache.pid\nDefaultRuntimeDir ${dir}\n` +
        `ServerName front.test\nListen 127.0.0.1:${port}\nErrorLog ${dir}/error.log\nLogLevel info\n${lines}\n`,
    );
    return { args: ["-D", "FOREGROUND", "-f", file], isUp: () => answers(port, "/") };
  });
}

interface Launch {
  readonly args: readonly string[];
  readonly isUp: () => Promise<boolean>;
}

async function startFront(
  t: TestContext,
  tool: Tool,
  prepare: (dir: string, port: number, adminPort: number) => Launch,
): Promise<Front | undefined> {
  const program = toolOrSkip(t, tool);
  if (program === undefined) return undefined;
  const dir = mkdtempSync(path.join(tmpdir(), `dag-${tool}-`));
  const port = await freePort();
  const adminPort = await freePort();
  const { args, isUp } = prepare(dir, port, adminPort);
  let log = "";
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const env = { PATH: process.env["PATH"] ?? "", HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
    const started = spawn(program ?? tool, args, { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    child = started;
    const kill = (): void => signalGroup(started, "SIGKILL");
    process.once("exit", kill);
    started.once("exit", () => process.off("exit", kill));
    for (const output of [started.stdout, started.stderr]) output.on("data", (chunk) => (log += String(chunk)));
    const isUpOrOver = async (): Promise<boolean> => started.exitCode !== null || (await isUp());
    await waitUntil(isUpOrOver, 60_000, `${tool} to be up`).catch((error: unknown) => {
      throw new Error(`${String(error)}; its output:\n${log}`);
    });
    if (started.exitCode !== null) throw new Error(`${tool} ended with ${started.exitCode}:\n${log}`);
  }

  async function stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    signalGroup(child, signal);
    await ended;
  }

  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  cleanup(t, () => stop());
  await start();
  return { port, adminPort, pid: () => child?.pid ?? 0, log: () => log, stop, restart: start };
}

/** Signals the whole group, because a kill of nginx's master would leave its workers. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}

/** Returns whether Traefik has read its file provider, which happens after it listens. */
async function hasRouters(adminPort: number): Promise<boolean> {
  const answer = await request({ port: adminPort, path: "/api/http/routers" });
  return answer.status === 200 && answer.text.includes("@file");
}

async function answers(port: number, where: string): Promise<boolean> {
  return (await request({ port, path: where })).status > 0;
}
