/**
 * What an auth request costs: the gateway's auth response compared with a bare node:http server, and Traefik, Caddy and nginx alone,
 * with a bare server, with the gateway, and where they ask it only sometimes. `npm run bench -- forward-auth`, or with
 * e.g. `ROUNDS=5 SECONDS=5`, and `FRONTS=traefik WHO=alone,direct` for some of them.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { promisify } from "node:util";
import { startStaticDocker } from "../support/static-docker.ts";
import { cleanup } from "../support/cleanup.ts";
import { freePort, request } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { startAuthFronts } from "./auth-fronts.ts";
import { median } from "./median.ts";
import { appConfig } from "./nginx-configs.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const SECONDS = Number(process.env["SECONDS"] ?? 3);
const HERE = import.meta.dirname;
const run = promisify(execFile);

interface Sample {
  readonly perSecond: number;
  /** Of all processes that the request passes through, but the app and the client. */
  readonly cpuMicros: number;
}

interface Case {
  readonly group: string;
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly string[];
  readonly connections: number;
  /** Leaders of the process groups whose CPU time counts. */
  readonly pids: readonly number[];
}

/** An auth request as Traefik sends it, headers of a browser included. */
const ASKED = [
  "X-Forwarded-Host: bench.test",
  "X-Forwarded-Uri: /1k",
  "X-Forwarded-Method: GET",
  "X-Forwarded-Proto: http",
  "X-Forwarded-For: 127.0.0.1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Accept: */*",
  "Accept-Encoding: gzip",
];

void test("what an auth request costs", { timeout: 3_600_000 }, async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-bench-"));
  chmodSync(dir, 0o755);
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(path.join(dir, "1k"), "x".repeat(1024));
  const [appPort, gatewayPort, barePort] = [await freePort(), await freePort(), await freePort()];
  const gateway = await startGateway(t, dir, gatewayPort, appPort);
  const bare = start(t, [process.execPath, path.join(HERE, "bare-server.ts"), String(barePort)]);
  await answers(gatewayPort, "bench.test");
  await answers(barePort, "bench.test");
  const wakers = {
    bare: { port: barePort, pid: bare.pid ?? 0 },
    gateway: { port: gatewayPort, pid: gateway.pid ?? 0 },
  };

  const cases: Case[] = [];
  for (const [name, { port, pid }] of Object.entries(wakers)) {
    const one = { name, port, path: "/_auth/traefik", pids: [pid] };
    cases.push({ ...one, group: "the answer, 32 connections", headers: ASKED, connections: 32 });
    const closing = [...ASKED, "Connection: close"];
    cases.push({ ...one, group: "the answer, a connection each", headers: closing, connections: 32 });
  }
  for (const { front, name, port, pid, waker } of await startAuthFronts(t, appPort, wakers)) {
    const pids = waker === undefined ? [pid] : [pid, waker];
    cases.push({ group: front, name, port, path: "/1k", headers: ["Host: bench.test"], connections: 32, pids });
  }
  const wanted = process.env["WHO"]?.split(",");
  console.log(facts());
  console.log(table(await measureAll(cases.filter(({ name }) => wanted?.includes(name) ?? true))));
});

async function measureAll(cases: readonly Case[]): Promise<Map<Case, Sample[]>> {
  for (const one of cases) await measure(one, 2);
  const samples = new Map(cases.map((one) => [one, [] as Sample[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of cases) samples.get(one)?.push(await measure(one, SECONDS));
  }
  return samples;
}

async function measure({ port, path: target, headers, connections, pids }: Case, seconds: number): Promise<Sample> {
  const spent = (): number => pids.reduce((total, pid) => total + groupCpuSeconds(pid), 0);
  const before = spent();
  const given = headers.flatMap((header) => ["-H", header]);
  const url = `http://127.0.0.1:${port}${target}`;
  const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, ...given, url]);
  const requests = Number(/(\d+) requests in/u.exec(stdout)?.[1]);
  const elapsed = Number(/requests in ([\d.]+)s/u.exec(stdout)?.[1]);
  if (!(requests > 0) || /Non-2xx/u.test(stdout)) throw new Error(stdout);
  return { perSecond: requests / elapsed, cpuMicros: ((spent() - before) * 1e6) / requests };
}

/** A process and its workers. */
function groupCpuSeconds(leader: number): number {
  let total = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
      if (group === leader) total += cpuSeconds(Number(name));
    } catch {
      // It ended meanwhile.
    }
  }
  return total;
}

/** Each group against the front alone and against its bare server, by the median of the ratios of each round. */
function table(samples: ReadonlyMap<Case, readonly Sample[]>): string {
  const head = ["what", "who", "requests/s", "× bare", "CPU µs/request", "× alone", "× bare"];
  const rows = [`| ${head.join(" | ")} |`, "|---|---|--:|--:|--:|--:|--:|"];
  for (const one of samples.keys()) {
    const against = (name: string, read: (sample: Sample) => number): string => {
      const other = [...samples.keys()].find((any) => any.group === one.group && any.name === name);
      const others = other === undefined ? [] : (samples.get(other) ?? []);
      const ratios = (samples.get(one) ?? []).map((sample, round) => read(sample) / read(others[round] ?? NOTHING));
      return others.length === 0 ? "" : median(ratios).toFixed(2);
    };
    const [perSecond, cpu] = [(sample: Sample) => sample.perSecond, (sample: Sample) => sample.cpuMicros];
    const [speed, spent] = [perSecond, cpu].map((read) => median((samples.get(one) ?? []).map(read)));
    const ratios = [against("alone", cpu), against("bare", cpu)];
    const cells = [speed?.toFixed(0), against("bare", perSecond), spent?.toFixed(1), ...ratios];
    rows.push(`| ${one.group} | ${one.name} | ${cells.join(" | ")} |`);
  }
  return rows.join("\n");
}

const NOTHING: Sample = { perSecond: Number.NaN, cpuMicros: Number.NaN };

/** Its app is a container that runs according to its Docker, and is published where nginx serves it. */
async function startGateway(t: TestContext, dir: string, port: number, appPort: number): Promise<ChildProcess> {
  const app = path.join(dir, "app.conf");
  writeFileSync(app, appConfig(dir, appPort));
  start(t, ["nginx", "-c", app, "-g", "daemon off;"]);
  const docker = await startStaticDocker(t, 1, appPort);
  const config = path.join(dir, "config.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      gateway: {
        port,
        bind: "127.0.0.1",
        state_file: "",
        trusted_proxies: ["127.0.0.0/8"],
        traefik: { entry_points: ["web"], when_awake: "direct" },
      },
      containers: [{ name: "app-0", host: "bench.test", idle_timeout: "1h" }],
    }),
  );
  const env = { CONFIG_PATH: config, DOCKER_HOST: docker.host, LOG_LEVEL: "error" };
  return start(t, [process.execPath, path.resolve(HERE, "../../src/main.ts"), "serve"], env);
}

function start(
  t: TestContext,
  [file = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const options = { detached: true, env: { ...process.env, ...env } };
  const child = spawn(file, args, { ...options, stdio: ["ignore", "ignore", "inherit"] });
  cleanup(t, () => child.kill("SIGTERM"));
  return child;
}

async function answers(port: number, host: string): Promise<void> {
  const isUp = async (): Promise<boolean> => (await request({ port, host, path: "/1k" })).status === 200;
  await waitUntil(isUp, 30_000, `an answer at port ${port}`);
}

function facts(): string {
  const [load = 0] = loadavg();
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} CPUs, Node ${process.versions.node}, load by wrk`,
    `median of ${ROUNDS} rounds of ${SECONDS} s, in turns`,
    ...(load > 1 ? [`NOTE: the machine was not idle (load ${load.toFixed(1)}): figures are as good as that`] : []),
    "",
  ].join("\n");
}
