import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freePort, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { appConfig, proxyConfig } from "./nginx-configs.ts";

/** A proxy under test; `pid` is the process that does the work. */
export interface Rival {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

export interface Rivals {
  readonly all: readonly Rival[];
  stop(): Promise<void>;
}

const HERE = import.meta.dirname;
const CHECKOUT = path.resolve(HERE, "../..");

/**
 * Starts nginx, the plainest Node proxy and the gateway in front of one app, which the gateway wakes as it would any.
 * With `BASELINE`, the folder of another checkout of the gateway, that one is measured in the same run.
 */
export async function startRivals(dir: string): Promise<Rivals> {
  const children: ChildProcess[] = [];
  const [nginxPort, pipePort] = await Promise.all([freePort(), freePort()]);
  for (const [name, bytes] of [
    ["1k", 1024],
    ["64k", 65536],
  ] as const) {
    writeFileSync(path.join(dir, name), "x".repeat(bytes));
  }
  const nginx = (file: string): string[] => ["nginx", "-c", file, "-g", "daemon off;"];
  function start(command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });
    children.push(child);
    return child;
  }

  async function startGateway(name: string, checkout: string): Promise<Rival & { readonly appPort: number }> {
    const [port, appPort] = await Promise.all([freePort(), freePort()]);
    const appFile = write(dir, `${name}-app.conf`, appConfig(dir, appPort));
    const config = {
      gateway: { port, bind: "127.0.0.1", state_file: "", trusted_proxies: ["10.0.0.0/8"] },
      containers: [{ name: "app", host: "bench.test", process: { command: nginx(appFile), cwd: dir, port: appPort } }],
    };
    const gateway = start([process.execPath, path.join(checkout, "src/main.ts"), "serve"], {
      CONFIG_PATH: write(dir, `${name}.yaml`, JSON.stringify(config)),
      DOCKER_HOST: `unix://${dir}/no-docker.sock`,
      LOG_LEVEL: "error",
    });
    await answers(port);
    return { name, port, appPort, pid: gateway.pid ?? 0 };
  }

  const baseline = process.env["BASELINE"];
  const own = await startGateway("gateway", CHECKOUT);
  const gateways = [own, ...(baseline === undefined ? [] : [await startGateway("baseline", baseline)])];
  const nginxFile = write(dir, "proxy.conf", proxyConfig(dir, nginxPort, own.appPort));
  const pipe = start([process.execPath, path.join(HERE, "pipe-proxy.ts"), String(pipePort), String(own.appPort)]);
  const master = start(nginx(nginxFile));
  for (const port of [pipePort, nginxPort]) await answers(port);
  return {
    all: [
      { name: "nginx", port: nginxPort, pid: workerOf(master.pid ?? 0) },
      { name: "node:http, piped", port: pipePort, pid: pipe.pid ?? 0 },
      ...gateways,
    ],
    async stop() {
      const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ends = running.map((child) => once(child, "exit"));
      for (const child of running) child.kill("SIGTERM");
      await Promise.all(ends);
    },
  };
}

async function answers(port: number): Promise<void> {
  const whole = async (): Promise<boolean> =>
    (await request({ port, host: "bench.test", path: "/1k" })).body.length === 1024;
  await waitUntil(whole, 30_000, `an answer at port ${port}`);
}

function write(dir: string, name: string, text: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  return file;
}

function workerOf(master: number): number {
  return Number(readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim().split(" ")[0]);
}
