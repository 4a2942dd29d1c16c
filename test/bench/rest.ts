/**
 * What a released gateway takes at rest with labelled, sleeping containers: memory, and CPU time between events.
 * `npm run bench -- rest`, or with e.g. `CONTAINERS=1000 SECONDS=300`.
 */
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createAsleep } from "../support/asleep.ts";
import { buildGateway } from "../support/built-gateway.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { residentMegabytes } from "../support/resident.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const CONTAINERS = Number(process.env["CONTAINERS"] ?? 200);
const SECONDS = Number(process.env["SECONDS"] ?? 30);

void test("at rest", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  await createAsleep(docker, CONTAINERS);
  const gateway = await startGateway(t, { dockerHost: docker.host, program: buildGateway(t) });
  await sleep(5_000);
  const before = cpuSeconds(gateway.pid);
  await sleep(SECONDS * 1_000);
  const cpu = cpuSeconds(gateway.pid) - before;
  console.log(`| at rest with ${CONTAINERS} sleeping containers | |\n|---|---|`);
  console.log(`| resident memory, MB | ${residentMegabytes(gateway.pid).toFixed(0)} |`);
  console.log(`| CPU, % of one core | ${((cpu / SECONDS) * 100).toFixed(2)} |`);
});
