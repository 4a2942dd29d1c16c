import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { claimBridge, releaseBridge, type Bridge } from "../../scripts/private-bridge.ts";
import { clearRemains, dirPrefix, killRemains } from "../../scripts/private-docker-remains.ts";
import { run } from "./run.ts";
import { waitUntil } from "./wait-until.ts";

/** A private Podman that runs as root and serves Docker's API on a socket. */
export interface PrivatePodman {
  /** Its address as in DOCKER_HOST. */
  readonly host: string;
  /** Its version, such as `4.3.1`. */
  readonly version: string;
  /** Ends it and its containers, and removes everything. */
  stop(): Promise<void>;
}

/** Returns why no private Podman can be started here; `undefined` if one can. */
export async function whyNoPrivatePodman(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "a private Podman needs Linux and root";
  if ((await run("sh", ["-c", "command -v podman"])).code !== 0) return "podman is not installed";
  return existsSync("/usr/lib/cni/bridge") ? undefined : "Podman's network plugins are not installed";
}

/** Starts it; resolves when it answers. Does not publish ports, which would change the machine's firewall. */
export async function startPrivatePodman(): Promise<PrivatePodman> {
  await clearRemains();
  const dir = mkdtempSync(path.join(tmpdir(), dirPrefix));
  const bridge = claimBridge();
  writeFileSync(path.join(dir, "owner.json"), JSON.stringify({ pid: process.pid, bridge }));
  const { env, options } = configure(dir, bridge);
  const socket = path.join(dir, "sock");
  const log = openSync(path.join(dir, "log"), "a");
  const args = [...options, "system", "service", "--time", "0", `unix://${socket}`];
  const service = spawn("podman", args, { env, stdio: ["ignore", log, log] });
  const stop = async (): Promise<void> => {
    await run("podman", [...options, "rm", "--force", "--all", "--time", "0"], { env });
    const ended = once(service, "exit");
    if (service.exitCode === null && service.kill()) await ended;
    await killRemains(dir);
    releaseBridge(bridge);
  };
  try {
    await waitUntil(() => existsSync(socket) || service.exitCode !== null, 20_000, "Podman's socket");
    if (service.exitCode !== null) throw new Error(`podman ended: ${readFileSync(path.join(dir, "log"), "utf8")}`);
    const { output } = await run("podman", ["version", "--format", "{{.Client.Version}}"], { env });
    return { host: `unix://${socket}`, version: output.trim(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes the files that separate it from the machine's Podman: storage, network and limits. */
function configure(dir: string, bridge: Bridge): { env: NodeJS.ProcessEnv; options: string[] } {
  for (const name of ["root", "run", "tmp", "cni"]) mkdirSync(path.join(dir, name));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };
  const limits = `[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n`;
  const engine = `[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[network]\nnetwork_backend = "cni"\n`;
  const storage = `[storage]\ndriver = "overlay"\nrunroot = "${dir}/run"\ngraphroot = "${dir}/root"\n`;
  const ipam = {
    type: "host-local",
    dataDir: path.join(dir, "addresses"),
    routes: [{ dst: "0.0.0.0/0" }],
    ranges: [[{ subnet: `${bridge.subnet}.0/24`, gateway: `${bridge.subnet}.1` }]],
  };
  const plugin = { type: "bridge", bridge: bridge.name, isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  file("cni/87-podman.conflist", JSON.stringify({ cniVersion: "0.4.0", name: "podman", plugins: [plugin] }));
  return {
    env: {
      ...process.env,
      // Podman's default limits are higher than some machines permit.
      CONTAINERS_CONF: file("containers.conf", limits + engine),
      CONTAINERS_STORAGE_CONF: file("storage.conf", storage),
    },
    options: [
      ["--root", `${dir}/root`, "--runroot", `${dir}/run`, "--tmpdir", `${dir}/tmp`],
      ["--network-config-dir", `${dir}/cni`],
    ].flat(),
  };
}
