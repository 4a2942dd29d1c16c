/**
 * A private Docker Engine with its own data, sockets, bridge and addresses, which is removed completely afterwards. It
 * requires root, `dockerd` and `ip`.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { claimBridge, releaseBridge, type Bridge } from "./private-bridge.ts";
import { clearRemains, dirPrefix, killRemains } from "./private-docker-remains.ts";

/** A running private daemon. */
export interface PrivateDocker {
  /** Its address as in DOCKER_HOST: `unix:///…/sock`. */
  readonly host: string;
  /** The first three numbers of the default bridge's addresses, e.g. `10.87.0`. */
  readonly subnet: string;
  readonly logFile: string;
  /** Ends only the daemon; whether containers keep running depends on `liveRestore`. */
  halt(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the daemon again after `halt`, with the same socket and data. */
  resume(): Promise<void>;
  /** Ends the daemon and its containers, and removes everything. May be called twice. */
  stop(): Promise<void>;
}

export interface PrivateDockerOptions {
  /** Whether containers keep running without the daemon; default false. */
  readonly liveRestore?: boolean;
  /** Further arguments for dockerd. */
  readonly args?: readonly string[];
}

/** Returns why no private daemon can be started here; `undefined` if one can. */
export function whyNoPrivateDocker(): string | undefined {
  if (process.platform !== "linux") return "a private Docker daemon needs Linux";
  if (process.getuid?.() !== 0) return "a private Docker daemon needs root";
  const missing = ["dockerd", "containerd", "ip"].filter((tool) => !isOnPath(tool));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

/** Starts a daemon; resolves when it answers, or rejects with the end of its log after 60 s. */
export async function startPrivateDocker(options: PrivateDockerOptions = {}): Promise<PrivateDocker> {
  await clearRemains();
  // Short, because the path of a socket is limited to 107 characters.
  const dir = mkdtempSync(path.join(tmpdir(), dirPrefix));
  const bridge = claimBridge();
  writeFileSync(path.join(dir, "owner.json"), JSON.stringify({ pid: process.pid, bridge }));
  const socket = path.join(dir, "sock");
  const logFile = path.join(dir, "log");
  let daemon: ChildProcess | undefined;
  let stopped: Promise<void> | undefined;

  const docker: PrivateDocker = {
    host: `unix://${socket}`,
    subnet: bridge.subnet,
    logFile,
    halt: async (signal = "SIGTERM") => {
      await end(daemon, signal);
      daemon = undefined;
    },
    resume: async () => {
      daemon ??= launch(dir, bridge, options);
      await waitForSocket(socket, daemon, logFile);
    },
    stop: () => (stopped ??= dispose()),
  };
  async function dispose(): Promise<void> {
    await end(daemon, "SIGTERM");
    await killRemains(dir);
    releaseBridge(bridge);
  }
  try {
    await docker.resume();
    return docker;
  } catch (error) {
    await docker.stop();
    throw error;
  }
}

function launch(dir: string, bridge: Bridge, options: PrivateDockerOptions): ChildProcess {
  const log = openSync(path.join(dir, "log"), "a");
  const args = [
    ["--data-root", path.join(dir, "data"), "--exec-root", path.join(dir, "exec")],
    ["--pidfile", path.join(dir, "pid"), "--host", `unix://${path.join(dir, "sock")}`],
    ["--config-file", path.join(dir, "none.json"), "--shutdown-timeout", "2", "--log-level", "warn"],
    ["--bridge", bridge.name, "--default-address-pool", `base=${bridge.pool},size=24`],
    // The machine's firewall must not be changed; docker-proxy publishes ports.
    ["--iptables=false", "--ip6tables=false", "--ip-masq=false"],
    options.liveRestore === true ? ["--live-restore"] : [],
    options.args ?? [],
  ].flat();
  // The kernel ends the daemon if this process is killed.
  const guard = isOnPath("setpriv") ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];
  const [command = "dockerd", ...rest] = [...guard, "dockerd", ...args];
  writeFileSync(path.join(dir, "none.json"), "{}");
  return spawn(command, rest, { stdio: ["ignore", log, log], detached: true });
}

async function waitForSocket(socket: string, daemon: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answers(socket))) {
    const ended = daemon.exitCode !== null || daemon.signalCode !== null;
    if (ended || Date.now() > deadline) {
      throw new Error(`dockerd ${ended ? "ended" : "does not answer"}:\n${tail(logFile)}`);
    }
    await sleep(50);
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket, () => client.write("GET /_ping HTTP/1.0\r\n\r\n"));
    client.once("data", (data) => finish(data.includes(" 200 ")));
    client.once("error", () => finish(false));
    client.once("close", () => finish(false));
    const finish = (ok: boolean): void => {
      client.destroy();
      resolve(ok);
    };
  });
}

async function end(daemon: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exited = once(daemon, "exit");
  daemon.kill(signal);
  const late = setTimeout(() => daemon.kill("SIGKILL"), 20_000);
  await exited;
  clearTimeout(late);
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(-15).join("\n") : "(no log)";
}

function isOnPath(tool: string): boolean {
  try {
    execFileSync("which", [tool], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
