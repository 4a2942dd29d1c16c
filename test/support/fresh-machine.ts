import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { connect } from "./docker.ts";
import { run, type Ran } from "./run.ts";
import { waitUntil } from "./wait-until.ts";

/** A stranger's machine as commands see it: free ports, and Docker at its usual place. */
export interface FreshMachine {
  /** The same Docker for this process, as in DOCKER_HOST. */
  readonly host: string;
  /** A directory of its own. */
  readonly dir: string;
  /** Runs a script by bash, in a directory. */
  run(script: string, cwd: string): Promise<Ran>;
  /** Ends whatever runs there, and removes every trace. */
  stop(): Promise<void>;
}

/**
 * Network, processes and `/run` in namespaces of their own, so that port 8080 and /var/run/docker.sock, as the documents
 * name them, are free whatever else this machine does. Only the loopback leads anywhere. `compose` is the plugin's path.
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
      // A shell of its own for each script, as pasting into a new terminal; entering leaves the directory.
      const inside = `cd "$1" && exec bash -c "$2"`;
      return run("nsenter", [...enter, "bash", "-c", inside, "enter", cwd, script], { env });
    },
  };
}

/** Ends with the daemon as process 1, with which everything else ends. */
const BOOT = `set -eu
ip link set lo up
mount -t tmpfs none /run
exec dockerd --host unix:///var/run/docker.sock --host "unix://$1/sock" --data-root "$1/data" --exec-root "$1/exec" \
  --pidfile "$1/pid" --config-file "$1/daemon.json" --iptables=false --ip6tables=false --ip-masq=false \
  --shutdown-timeout 2 --log-level warn >"$1/log" 2>&1
`;

/** The process that is number 1 in there, by its number out here. */
function initOf({ pid = 0 }: ChildProcess): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ")[0];
    return first === undefined || first === "" ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

/** Without the pinned Node of this clone, which a stranger does not have. */
function ownPath(): string {
  const places = (process.env["PATH"] ?? "").split(path.delimiter);
  return places.filter((place) => !place.includes("node_modules")).join(path.delimiter);
}
