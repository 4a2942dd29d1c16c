/**
 * What waking through the gateway costs above `docker start` and the first good answer of the same container.
 * Needs a Docker daemon: `node scripts/with-docker.ts -- node test/bench/cold.ts`.
 */
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { dockerOrSkip } from "../support/docker.ts";
import type { TestContainer } from "../support/docker-container.ts";
import { startGateway } from "../support/gateway.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 20);

void test("cold start", async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const app = await docker.createContainer({
    image: "tiny",
    cmd: ["sh", "-c", "mkdir -p /www && echo hello > /www/index.html && exec httpd -f -p 80 -h /www"],
  });
  const address = await app.address();
  const host = "cold.test";
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { containers: [{ name: app.name, host }] },
  });
  const direct: number[] = [];
  const through: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await app.stop(0);
    await sleep(150);
    direct.push(await timed(() => startAndAsk(app, address)));
    await app.stop(0);
    await sleep(150);
    through.push(await timed(() => ask({ port: gateway.port, host: "127.0.0.1", headers: { host } })));
  }
  const [a, b] = [median(direct), median(through)];
  console.log(`| way | median of ${ROUNDS}, ms |\n|---|---|`);
  console.log(`| docker start + first answer | ${a.toFixed(1)} |\n| through the gateway | ${b.toFixed(1)} |`);
  console.log(`| overhead | ${(b - a).toFixed(1)} |`);
});

async function startAndAsk(app: TestContainer, address: string): Promise<void> {
  await app.start();
  while (true) {
    try {
      await ask({ host: address, port: 80, headers: {} });
      return;
    } catch {
      await sleep(1);
    }
  }
}

function ask(target: { host: string; port: number; headers: Record<string, string> }): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...target, agent: false }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(String(answer.statusCode)));
      answer.resume().on("end", resolve);
    });
    request.on("error", reject).end();
  });
}

async function timed(body: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await body();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
