/**
 * What a released gateway takes while N apps are awake and Traefik forwards to them without asking: CPU time by itself (polls
 * and readings of the counters), and what a poll costs while nothing changes. `npm run bench -- direct`, or with e.g.
 * `CONTAINERS=200 SECONDS=120 IDLE=1m`.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildGateway } from "../support/built-gateway.ts";
import { cleanup } from "../support/cleanup.ts";
import { startGateway } from "../support/gateway.ts";
import { request } from "../support/http.ts";
import { startStaticDocker } from "../support/static-docker.ts";
import { waitUntil } from "../support/wait-until.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const SIZES = (process.env["CONTAINERS"] ?? "200,2000").split(",").map(Number);
const SECONDS = Number(process.env["SECONDS"] ?? 120);
const IDLE = process.env["IDLE"] ?? "10m";
/** As many at once as no Traefik makes. */
const POLLS = 300;

void test("direct", { timeout: 3_600_000 }, async (t) => {
  const program = process.env["PROGRAM"] ?? buildGateway(t);
  console.log(
    "| apps awake and direct | CPU, % of a core, polled every 2 s | CPU ms per poll | document, KB |\n|--:|--:|--:|--:|",
  );
  for (const count of SIZES) {
    const app = createServer((_, response) => void response.end("ok")).listen(0, "127.0.0.1");
    cleanup(t, () => void app.close());
    await once(app, "listening");
    const { port } = app.address() as AddressInfo;
    const docker = await startStaticDocker(t, count, port, IDLE);
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      program,
      config: { gateway: { trusted_proxies: ["127.0.0.1"], traefik: { when_awake: "direct" } } },
    });
    const headers = { "user-agent": "Go-http-client/1.1" };
    const poll = async () => (await request({ port: gateway.port, path: "/_provider/traefik", headers })).text;
    const isDirect = async (): Promise<boolean> => {
      const document = await poll();
      return document.split(`127.0.0.1:${port}"`).length === count + 1 && document.split('"dag-wake"').length === 2;
    };
    await waitUntil(isDirect, 120_000, "every app to be direct");
    const text = await poll();
    const perPoll = await spent(gateway.pid, async () => {
      for (let polls = 0; polls < POLLS; polls += 1) await poll();
    });
    const rested = await spent(gateway.pid, async () => {
      for (let seconds = 0; seconds < SECONDS; seconds += 2) {
        await poll();
        await sleep(2_000);
      }
    });
    const cells = [
      ((rested / SECONDS) * 100).toFixed(2),
      ((perPoll / POLLS) * 1_000).toFixed(2),
      (text.length / 1_000).toFixed(0),
    ];
    console.log(`| ${count} | ${cells.join(" | ")} |`);
    await gateway.stop("SIGKILL");
  }
});

async function spent(pid: number, during: () => Promise<void>): Promise<number> {
  const before = cpuSeconds(pid);
  await during();
  return cpuSeconds(pid) - before;
}
