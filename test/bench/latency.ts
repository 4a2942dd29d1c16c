/**
 * The latency of requests to a warm app, with and without changes of other containers, in turns:
 * `npm run bench -- latency`, or with e.g. `CONTAINERS=2000 CHANGES=5 RATE=500 ROUNDS=9 SECONDS=5`.
 */
import { execFile } from "node:child_process";
import { loadavg } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { buildGateway } from "../support/built-gateway.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { labelsOf, type StaticDocker, startStaticDocker } from "../support/static-docker.ts";
import { waitUntil } from "../support/wait-until.ts";
import { median } from "./median.ts";

const CONTAINERS = Number(process.env["CONTAINERS"] ?? 2_000);
const CHANGES_PER_SECOND = Number(process.env["CHANGES"] ?? 5);
const RATE = Number(process.env["RATE"] ?? 500);
const ROUNDS = Number(process.env["ROUNDS"] ?? 9);
const SECONDS = Number(process.env["SECONDS"] ?? 5);
const HOST = "warm.test";
const run = promisify(execFile);

void test("latency", { timeout: 3_600_000 }, async (t) => {
  const docker = await startStaticDocker(t, CONTAINERS);
  const port = await freePort();
  const command = [process.execPath, path.join(import.meta.dirname, "bare-server.ts"), String(port)];
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    program: process.env["PROGRAM"] ?? buildGateway(t),
    config: { containers: [{ name: "warm", host: HOST, process: { command, port } }] },
  });
  await waitUntil(async () => (await gateway.request({ host: HOST })).status === 200, 30_000, "the warm app");
  const measure = async (changes: number): Promise<Percentiles> => {
    let at = 0;
    const timer = changes > 0 ? setInterval(() => change(docker, (at += 1)), 1_000 / changes) : undefined;
    const client = path.join(import.meta.dirname, "latency-client.ts");
    const { stdout } = await run(process.execPath, [client, ...[gateway.port, HOST, RATE, SECONDS].map(String)]);
    clearInterval(timer);
    return JSON.parse(stdout) as Percentiles;
  };
  await measure(CHANGES_PER_SECOND);
  const rounds: [quiet: Percentiles, changing: Percentiles][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round % 2 === 0 ? await measure(0) : undefined;
    const changing = await measure(CHANGES_PER_SECOND);
    rounds.push([first ?? (await measure(0)), changing]);
  }
  console.log(
    `median of ${ROUNDS} rounds of ${SECONDS} s at ${RATE} requests/s, in turns; load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log(`| ms | quiet | ${CHANGES_PER_SECOND} changes/s | × |\n|---|--:|--:|--:|`);
  for (const key of ["p50", "p99"] as const) {
    const [quiet, changing] = [0, 1].map((at) => median(rounds.map((round) => round[at as 0 | 1][key])));
    const ratio = median(rounds.map(([one, other]) => other[key] / one[key]));
    console.log(`| ${key} | ${quiet?.toFixed(2)} | ${changing?.toFixed(2)} | ${ratio.toFixed(2)} |`);
  }
});

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** An event without a change, a start, and another container with other routes, in turn. */
function change(docker: StaticDocker, at: number): void {
  const index = at % CONTAINERS;
  const name = `app-${index}`;
  if (at % 3 === 0) docker.emit(name, "update");
  else if (at % 3 === 1) docker.emit(name, "start");
  else docker.create(name, { ...labelsOf(index), "dag.idle_timeout": `${at}m` });
}
