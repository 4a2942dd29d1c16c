/**
 * What waking through the gateway costs above `docker start` and the first good answer of the same container.
 * `npm run bench -- cold`, or with e.g. `ROUNDS=5` before it.
 */
import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { dockerOrSkip, type TestDocker } from "../support/docker.ts";
import type { TestContainer } from "../support/docker-container.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { median } from "./median.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 20);
/** How long after its start an app listens. */
const DELAYS_S = [0, 0.5, 2];

void test("cold start", { timeout: 1_800_000 }, async (t) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const apps = await Promise.all(DELAYS_S.map((delay) => createApp(docker, delay)));
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { containers: apps.map(({ name }, at) => ({ name, host: `cold-${at}.test` })) },
  });
  console.log(`Median of ${ROUNDS}, ms from the request to the app's first answer.\n`);
  console.log("| the app listens | docker start + first answer | through the gateway | overhead |\n|---|--:|--:|--:|");
  for (const [at, app] of apps.entries()) {
    const [direct, through] = await measure(app, gateway, `cold-${at}.test`);
    const cells = [direct, through, through - direct].map((ms) => ms.toFixed(1));
    console.log(`| ${DELAYS_S[at]} s after its start | ${cells.join(" | ")} |`);
  }
});

function createApp(docker: TestDocker, delay: number): Promise<TestContainer> {
  const script = `mkdir -p /www && echo hello > /www/index.html && sleep ${delay} && exec httpd -f -p 80 -h /www`;
  return docker.createContainer({ image: "tiny", cmd: ["sh", "-c", script] });
}

async function measure(app: TestContainer, gateway: Gateway, host: string): Promise<readonly [number, number]> {
  const address = await app.address();
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
  return [median(direct), median(through)];
}

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
