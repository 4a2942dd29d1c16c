import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { type Stack, startStack } from "../support/example-stack.ts";
import type { TestDocker } from "../support/docker.ts";
import { type Answer, navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = path.resolve(import.meta.dirname, "../..");

interface Example {
  readonly dir: string;
  readonly front: string;
  /** Hosts whose apps sleep. */
  readonly hosts: readonly string[];
  /** What a host gets that is not ours. */
  readonly stranger: number;
  /** Something more that the example promises. */
  readonly more?: (stack: Stack, port: number, t: TestContext, docker: TestDocker) => Promise<void>;
}

const WHOAMI = "whoami.localhost";

const EXAMPLES: readonly Example[] = [
  { dir: "traefik/labels", front: "traefik", hosts: [WHOAMI], stranger: 404, more: keepsTheUnhealthy },
  { dir: "traefik/provider", front: "traefik", hosts: [WHOAMI], stranger: 404 },
  { dir: "traefik/everywhere", front: "traefik", hosts: [WHOAMI], stranger: 404, more: passesOthers },
  { dir: "caddy/per-host", front: "caddy", hosts: [WHOAMI], stranger: 200 },
  { dir: "caddy/generic", front: "caddy", hosts: [WHOAMI, "another.localhost"], stranger: 404, more: tellsTheWake },
  { dir: "nginx", front: "nginx", hosts: [WHOAMI], stranger: 502 },
];

test("every example for a front proxy is run", () => {
  const found = globSync("examples/{traefik,caddy,nginx}/**/compose.yaml", { cwd: root });
  const wanted = EXAMPLES.map(({ dir }) => path.join("examples", dir, "compose.yaml"));
  assert.deepEqual(found.toSorted(), wanted.toSorted());
});

describe("an example", () => {
  for (const example of EXAMPLES) {
    onDocker(
      `examples/${example.dir}: an app that sleeps wakes, for a browser and for a program`,
      async (t, docker) => {
        const stack = await startStack(t, docker, path.join(root, "examples", example.dir, "compose.yaml"));
        if (stack === undefined) return;
        const port = await stack.port(example.front, 80);
        try {
          for (const host of example.hosts) await wakesTwice(stack, port, host);
          const stranger = await request({ port, host: "stranger.localhost", path: "/count" });
          assert.equal(stranger.status, example.stranger, stranger.text);
          await example.more?.(stack, port, t, docker);
        } catch (error) {
          const logs = await Promise.all([example.front, "gateway"].map((service) => stack.logs(service)));
          throw new Error(
            `${String(error)}\n${logs
              .join("\n")
              .slice(-6_000)
              .replaceAll(/[^\x20-\x7e\n]/gu, "")}`,
            { cause: error },
          );
        }
      },
    );
  }
});

async function wakesTwice(stack: Stack, port: number, host: string): Promise<void> {
  const name = host.split(".")[0] ?? "";
  const ask = (headers = {}): Promise<Answer> => request({ port, host, path: "/", headers });
  await waitUntil(async () => (await ask()).status === 200, 30_000, "the stack to be up");

  await stack.sleep(name);
  await untilPage(ask);
  await waitUntil(
    async () => {
      const poll = await request({ port, host, path: `/_health?container=${name}&wait=5s` });
      return poll.status !== 429 && poll.json().status === "running";
    },
    20_000,
    "the app to run",
  );
  const app = await ask(navigation);
  assert.equal(app.status, 200, app.text);
  assert.match(app.text, /Hello from/u);

  await stack.sleep(name);
  await waitUntil(
    async () => (await ask({ accept: "text/html", "user-agent": "Mozilla/5.0 (X11)" })).status === 503,
    PATIENCE_MS,
    "the page of an old browser",
  );
  const held = await request({ port, host, path: "/echo", method: "POST", body: "once" });
  assert.equal(held.status, 200, held.text);
  assert.equal(held.json().bytes, 4);
}

/** On a loaded machine a request may overtake the news of the stop; an unreachable resolver then costs a front 10 s. */
const PATIENCE_MS = 40_000;

async function untilPage(ask: (headers?: object) => Promise<Answer>): Promise<void> {
  const page = await waitUntil(async () => {
    const answer = await ask(navigation);
    return answer.status === 503 && answer;
  }, PATIENCE_MS);
  assert.equal(page.headers["x-gateway-code"], "waking");
  assert.match(page.text, /<!doctype html>/iu);
}

/** Docker calls a container with a HEALTHCHECK unhealthy while it is stopped: Traefik must not ignore it. */
async function keepsTheUnhealthy(stack: Stack, port: number, t: TestContext, { docker }: TestDocker): Promise<void> {
  const { Config, NetworkSettings } = await stack.container("whoami").inspect();
  const host = "healthy.localhost";
  const app = await docker.createContainer({
    name: "healthy",
    Image: Config.Image,
    Env: ["HEALTHY_AFTER_MS=2500"],
    Labels: relabelled(Config.Labels, "healthy"),
    Healthcheck: { Test: ["CMD", "wget", "-qO-", "http://127.0.0.1/health"], Interval: 1e9 },
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(Object.keys(NetworkSettings.Networks).map((n) => [n, {}])),
    },
  });
  cleanup(t, () => app.remove({ force: true }));
  await app.start(); // Traefik doesn't hear of one that is only created
  await app.stop({ t: 1 });
  const visit = async (): Promise<string> => {
    const { status, headers } = await request({ port, host, headers: navigation });
    return `${status} ${String(headers["x-gateway-code"] ?? "not the gateway's")}`;
  };
  await waitUntil(async () => (await visit()) === "503 waking", PATIENCE_MS);
  const held = request({ port, host, path: "/count" });
  const seen = new Set<string>();
  await waitUntil(async () => seen.add(await visit()).has("200 not the gateway's"), PATIENCE_MS, "the app");
  assert.equal((await held).status, 200);
  assert.deepEqual([...seen], ["503 waking", "200 not the gateway's"]);
}

function relabelled(labels: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map((pair) => pair.map((text) => text.replace("whoami", name))));
}

async function passesOthers(_stack: Stack, port: number): Promise<void> {
  await waitUntil(
    async () => (await request({ port, host: "other.localhost" })).status === 200,
    30_000,
    "the other app",
  );
}

async function tellsTheWake(stack: Stack, port: number): Promise<void> {
  await stack.sleep("whoami");
  const answer = await waitUntil(async () => {
    const found = await request({ port, host: WHOAMI });
    return found.headers["x-gateway-wake"] !== undefined && found;
  });
  assert.match(String(answer.headers["x-gateway-wake"]), /^cold; dur=\d+$/u);
  const forged = await request({ port, host: "stranger.localhost", headers: { "x-gateway-upstream": "gateway:8080" } });
  assert.equal(forged.status, 404, "no stranger chooses the upstream");
}
