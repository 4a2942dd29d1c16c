import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { connect } from "./docker.ts";
import { run, type Ran } from "./run.ts";
import { waitUntil } from "./wait-until.ts";

/** An environment like a new machine: all ports are free, and Docker is at its default address. */
export interface FreshMachine {
  /** The address of its Docker for this process, as in DOCKER_HOST. */
  readonly host: string;
  /** Its directory. */
  readonly dir: string;
  /** Runs a script with bash in a directory. */
  run(script: string, cwd: string): Promise<Ran>;
  /** Ends all its processes and removes everything. */
  stop(): Promise<void>;
}

/**
 * Starts one with its own namespaces for network, processes and `/run`, so that port 8080 and /var/run/docker.sock,
 * which the documents use, are free. Its only network is loopback. `compose` is the path of the plugin.
 */
export async function startFreshMachine(compose: string): Promise<FreshMachine> {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-machine-"));
  const plugins = path.join(dir, "home/.docker/cli-plugins");
  mkdirSync(plugins, { recursive: true });
  symlinkSync(compose, path.join(plugins, "docker-compose"));
  writeFileSync(path.join(dir, "daemon.json"), "{}");
  const host = `unix://${dir}/sock`;
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const machine = spawn("unshare", [...namespaces, "--", "bash", "-c", BOOT, "boot", dir], { stdio: "ignore" });
  const exited = once(machine, "exit");

  const stop = async (): Promise<void> => {
    const init = initOf(machine);
    if (init !== undefined) process.kill(init, "SIGTERM");
    const late = setTimeout(() => machine.kill("SIGKILL"), 20_000);
    await exited;
    clearTimeout(late);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitUntil(() => connect(host).ping(), 60_000, "dockerd");
  } catch (error) {
    const said = await run("tail", ["-n", "15", path.join(dir, "log")]);
    await stop();
    throw new Error(`dockerd does not answer:\n${said.output}`, { cause: error });
  }
  const init = initOf(machine) ?? 0;
  const enter = ["--target", String(init), "--net", "--mount", "--pid", "--"];
  return {
    host,
    dir,
    stop,
    run: (script, cwd) => {
      const env = { PATH: ownPath(), HOME: path.join(dir, "home"), USER: "root", LANG: "C.UTF-8", DIR: dir };
      // A new shell for each script, as in a new terminal; entering a namespace changes the directory.
      const inside = `cd "$1" && exec bash -c "$2"`;
      return run("nsenter", [...enter, "bash", "-c", inside, "enter", cwd, script], { env });
    },
  };
}

/** Becomes the daemon, which is process 1, so that everything ends with it. */
const BOOT = `set -eu
ip link set lo up
mount -t tmpfs none /run
exec dockerd --host unix:///var/run/docker.sock --host "unix://$1/sock" --data-root "$1/data" --exec-root "$1/exec" \
  --pidfile "$1/pid" --config-file "$1/daemon.json" --iptables=false --ip6tables=false --ip-masq=false \
  --shutdown-timeout 2 --log-level warn >"$1/log" 2>&1
`;

/** Returns the outer PID of the inner process 1. */
function initOf({ pid = 0 }: ChildProcess): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0];
    return first === undefined || first === "" ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

/** Returns the PATH without the pinned Node of this clone, which a new machine does not have. */
function ownPath(): string {
  const places = (process.env["PATH"] ?? "").split(path.delimiter);
  return places.filter((place) => !place.includes("node_modules")).join(path.delimiter);
}
