import assert from "node:assert/strict";
import { describe } from "node:test";
import { inChromium } from "../support/browser.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { startFrontApps } from "../support/front-apps.ts";
import { frontSetups } from "../support/front-setups.ts";
import { startGateway } from "../support/gateway.ts";
import { navigation, request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startPlainServer } from "../support/waking-server.ts";

const MONITOR = { "user-agent": "Uptime-Kuma/1.23.13" };
const GUESSES = [
  { ...navigation, "sec-purpose": "prefetch;prerender" },
  { ...navigation, purpose: "prefetch" },
  { "x-moz": "prefetch" },
];

describe("an app that sleeps", () => {
  onDocker("gets a monitor the promised status, and continues to sleep", async (t, docker) => {
    const statuses = [200, 204, 503] as const;
    const apps = await Promise.all(statuses.map(() => docker.createContainer({ start: false })));
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: {
        containers: apps.map(({ name }, index) => ({
          name,
          host: `${name}.test`,
          ignore: { preset: ["uptime"], status: statuses[index] },
        })),
      },
    });
    for (const [index, app] of apps.entries()) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await gateway.request({ host: `${app.name}.test`, method, headers: MONITOR });
        assert.equal(answer.status, statuses[index], method);
        assert.equal(answer.headers["cache-control"], "no-store");
        assert.equal(answer.headers["x-gateway-code"], "asleep");
        assert.equal(answer.headers["retry-after"], answer.status === 503 ? "60" : undefined);
        assert.equal(answer.headers["content-length"] === undefined, answer.status === 204, "a 204 has no length");
        assert.equal(answer.text === "", method === "HEAD" || answer.status === 204);
      }
      assert.equal(await app.isRunning(), false);
    }
  });

  onDocker("and failed to start gives a monitor the failure, until it starts", async (t, docker) => {
    const app = await docker.createContainer({
      start: false,
      env: { DELAY_MS: "60000", EXIT_AFTER_MS: "1", EXIT_CODE: "7" },
    });
    const host = `${app.name}.test`;
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: app.name, host, ignore: { user_agents: "uptime-kuma", status: 200 } }] },
    });
    const ask = (headers: Record<string, string>, method = "GET") => gateway.request({ host, method, headers });
    assert.equal((await ask(MONITOR)).status, 200);
    const woken = await ask({});
    assert.equal(woken.status, 502, woken.text);
    const times = app.startsSince(0);
    for (const headers of [MONITOR, ...GUESSES]) {
      const answer = await ask(headers);
      assert.equal(answer.status, 502);
      assert.equal(answer.headers["x-gateway-code"], "wake-failed");
    }
    assert.match((await ask(MONITOR)).json().detail, /exit code 7|code 7/u);
    assert.equal((await ask(MONITOR, "HEAD")).status, 502);
    // The cool-down ends, and nobody who may has tried again.
    await waitUntil(
      async () => (await ask(MONITOR)).headers["retry-after"] === "1",
      10_000,
      "the end of the cool-down",
    );
    await waitUntil(async () => (await ask(MONITOR)).json().retry_after_s === 1);
    assert.equal((await ask(MONITOR)).status, 502);
    assert.equal(await app.startsSince(0), await times, "asking started nothing");
  });

  for (const [front, status] of [
    ["traefik", 503],
    ["caddy", 503],
    ["nginx", 200],
  ] as const) {
    onDocker(`gets a monitor behind ${front} a ${status}, never the app's own error`, async (t, docker) => {
      const keys = { ignore: { preset: "uptime", status: 200 } };
      const setup = await startFrontApps(t, docker, "address", [{ name: "app", keys }]);
      const running = await frontSetups[front](t, setup);
      const [app] = setup.apps;
      if (running === undefined || app === undefined) return;
      for (const [headers, expected] of [
        [MONITOR, status],
        ...GUESSES.map((guess) => [guess, 503] as const),
      ] as const) {
        for (const method of ["GET", "HEAD"]) {
          const answer = await request({ port: running.port, host: app.host, method, headers });
          assert.equal(answer.status, expected, `${method} ${JSON.stringify(headers)}`);
          assert.equal(answer.headers["x-gateway-code"], "asleep");
        }
      }
      assert.equal(await app.container.isRunning(), false);
      assert.equal((await request({ port: running.port, host: app.host })).status, 200);
      for (const headers of [MONITOR, ...GUESSES])
        assert.equal(
          (await request({ port: running.port, host: app.host, headers })).status,
          200,
          "awake: the app's own",
        );
    });
  }
});

for (const [how, markup] of [
  ["prefetches", (url: string) => `<link rel="prefetch" href="${url}">`],
  ["prerenders", (url: string) => rules("prerender", url)],
  ["prefetches by a speculation rule", (url: string) => rules("prefetch", url)],
] as const) {
  inChromium(`a page that ${how} a link to an app does not wake it, but following the link does`, async (t, open) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const app = await docker.createContainer({ start: false, env: { DELAY_MS: "300" } });
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: app.name, host: "localhost" }] },
    });
    const url = `http://localhost:${gateway.port}/guessed`;
    const home = await startPlainServer(
      t,
      `<!doctype html><link rel="icon" href="data:,">${markup(url)}<a href="${url}">app</a>`,
    );
    const page = await open();
    page.removeAllListeners("console");
    await page.goto(home.replace("127.0.0.1", "localhost"));
    await waitUntil(() => asked(gateway.port), 10_000, "the browser's guess");
    assert.equal(await stateOf(gateway.port), "asleep");
    await page.click("a");
    await page.waitForSelector("#url", { timeout: 15_000 });
    assert.equal(await app.isRunning(), true);
  });
}

function rules(kind: string, url: string): string {
  return `<script type="speculationrules">${JSON.stringify({ [kind]: [{ source: "list", urls: [url], eagerness: "immediate" }] })}</script>`;
}

async function stateOf(port: number): Promise<string> {
  return (await request({ port, path: "/_status/api" })).json().containers[0].state;
}

/** By the gateway's own count of responses with the code asleep. */
async function asked(port: number): Promise<boolean> {
  const { text } = await request({ port, path: "/_metrics" });
  return /^gateway_requests_total\{[^}]*status_code="503"\} [1-9]/mu.test(text);
}
