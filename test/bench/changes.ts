/**
 * What one changed container costs with N other sleeping ones, on a Docker API that holds nothing else:
 * `npm run bench -- changes`, or with e.g. `CONTAINERS=200,2000 CHANGES=40`.
 */
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildGateway } from "../support/built-gateway.ts";
import { startGateway } from "../support/gateway.ts";
import { residentMegabytes } from "../support/resident.ts";
import { labelsOf, type StaticDocker, startStaticDocker } from "../support/static-docker.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const SIZES = (process.env["CONTAINERS"] ?? "10,200,2000,10000").split(",").map(Number);
const CHANGES = Number(process.env["CHANGES"] ?? 40);
const SECONDS = Number(process.env["SECONDS"] ?? 45);

/** What may happen to one container; the last two change the routes. */
const KINDS: Readonly<Record<string, (docker: StaticDocker, name: string) => void>> = {
  update: (docker, name) => docker.emit(name, "update"),
  start: (docker, name) => docker.emit(name, "start"),
  create: (docker, name) => docker.create(name, labelsOf(Number(name.slice("app-".length)))),
  recreate: (docker, name) => {
    docker.remove(name);
    docker.create(name, labelsOf(Number(name.slice("app-".length))));
  },
};

void test("changes", async (t) => {
  const program = process.env["PROGRAM"] ?? buildGateway(t);
  console.log(`| containers | start, s | MB | at rest, % of a core | ${Object.keys(KINDS).join(", ms | ")}, ms |`);
  console.log(
    `|--:|--:|--:|--:|${Object.keys(KINDS)
      .map(() => "--:|")
      .join("")}`,
  );
  for (const count of SIZES) {
    const docker = await startStaticDocker(t, count);
    const begun = performance.now();
    const gateway = await startGateway(t, { dockerHost: docker.host, program });
    const start = (performance.now() - begun) / 1_000;
    await sleep(5_000);
    const rested = await spent(gateway.pid, () => sleep(SECONDS * 1_000));
    const row = [start.toFixed(2), residentMegabytes(gateway.pid).toFixed(0), ((rested / SECONDS) * 100).toFixed(2)];
    for (const change of Object.values(KINDS)) {
      const cpu = await spent(gateway.pid, async () => {
        for (let at = 0; at < CHANGES; at += 1) {
          change(docker, `app-${at % count}`);
          await sleep(100);
        }
      });
      row.push(((cpu / CHANGES) * 1_000).toFixed(1));
    }
    console.log(`| ${count} | ${row.join(" | ")} |`);
    await gateway.stop("SIGKILL");
  }
});

async function spent(pid: number, during: () => Promise<void>): Promise<number> {
  const before = cpuSeconds(pid);
  await during();
  return cpuSeconds(pid) - before;
}
