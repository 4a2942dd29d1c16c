/**
 * What the gateway takes at rest with 200 labelled, sleeping containers: memory, and CPU between events.
 * Needs a Docker daemon: `node scripts/with-docker.ts -- node test/bench/rest.ts`.
 */
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerOrSkip } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";

const CONTAINERS = Number(process.env["CONTAINERS"] ?? 200);
const TICKS_PER_SECOND = 100;

void test("at rest", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  for (let from = 0; from < CONTAINERS; from += 20) {
    const batch = Array.from({ length: Math.min(20, CONTAINERS - from) }, (_, index) => {
      const labels = { "dag.enabled": "true", "dag.host": `app-${from + index}.test`, "dag.idle_timeout": "10m" };
      return docker.createContainer({ image: "tiny", start: false, labels });
    });
    await Promise.all(batch);
  }
  const gateway = await startGateway(t, { dockerHost: docker.host });
  await sleep(5_000);
  const before = await cpuSeconds(gateway.pid);
  await sleep(30_000);
  const cpu = (await cpuSeconds(gateway.pid)) - before;
  console.log(`| at rest with ${CONTAINERS} sleeping containers | |\n|---|---|`);
  console.log(`| resident memory, MiB | ${(await residentMib(gateway.pid)).toFixed(0)} |`);
  console.log(`| CPU, % of one core | ${((cpu / 30) * 100).toFixed(2)} |`);
});

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) / 1024;
}

async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
