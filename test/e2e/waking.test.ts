import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { describe } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { navigation } from "../support/http.ts";
import { onDocker, startSleeping, untilRunning } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const MIB = 1024 * 1024;

describe("a sleeping container", () => {
  onDocker("wakes for a browser with the loading page, and answers when the page says so", async (t, docker) => {
    const sleeping = await startSleeping(t, docker, { app: { env: { NAME: "hello", DELAY_MS: "700" } } });
    const { gateway, app, host } = sleeping;
    const page = await gateway.request({ host, path: "/deep/link?q=1", headers: navigation });
    assert.equal(page.status, 503);
    assert.match(page.headers["content-type"] ?? "", /text\/html/u);
    assert.match(page.headers["retry-after"] ?? "", /^\d+$/u);
    assert.equal(page.headers["cache-control"], "no-store");
    assert.equal(page.headers["x-robots-tag"], "noindex");

    const polled = await gateway.request({ host, path: `/_health?container=${app.name}&wait=20s` });
    assert.deepEqual(Object.keys(polled.json()).slice(0, 5), ["status", "error", "phase", "elapsed_ms", "eta_ms"]);
    await untilRunning(sleeping);
    const answer = await gateway.request({ host, path: "/deep/link?q=1", headers: navigation });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /Hello from hello/u);
    assert.match(answer.text, /\/deep\/link\?q=1/u);
  });

  onDocker("starts once for fifty clients of every kind, and each gets its response", async (t, docker) => {
    const { gateway, app, host } = await startSleeping(t, docker, { app: { env: { DELAY_MS: "500" } } });
    const fromMs = Date.now();
    const clients = Array.from({ length: 50 }, (_, index) => mixedClient(gateway, host, index));
    assert.deepEqual(
      await Promise.all(clients),
      clients.map(() => "good"),
    );
    assert.equal(await app.startsSince(fromMs), 1);
    const wakes = gateway.log.filter(({ event, container }) => container === app.name && event === "wake");
    assert.equal(wakes.length, 1, "the log has one wake");
  });

  for (const [how, bodyOf] of [
    ["with Content-Length", (body: Buffer) => ({ body, headers: {} })],
    ["chunked", (body: Buffer) => ({ body: Readable.from(slices(body)), headers: {} })],
    ["with Expect: 100-continue", (body: Buffer) => ({ body, headers: { expect: "100-continue" } })],
  ] as const) {
    onDocker(`gets a POST of 5 MB ${how} once, byte for byte`, async (t, docker) => {
      const { gateway, host } = await startSleeping(t, docker, { app: { env: { DELAY_MS: "300" } } });
      const body = randomBytes(5 * MIB);
      const { headers, ...rest } = bodyOf(body);
      const spec = { host, method: "POST", path: "/echo", headers: { ...headers, "x-request-id": "once" }, ...rest };
      const answer = await gateway.request(spec);
      assert.equal(answer.status, 200);
      const { bytes, sha256, times } = answer.json();
      assert.deepEqual({ bytes, sha256, times }, { bytes: body.length, sha256: hashOf(body), times: 1 });
      assert.match(String(answer.headers["x-gateway-wake"]), /^cold; dur=\d+$/u);
      assert.match(String(answer.headers["server-timing"]), /wake;dur=\d+/u);
    });
  }

  onDocker("is connected to a WebSocket that was opened while it slept", async (t, docker) => {
    const { gateway, host } = await startSleeping(t, docker, { app: { env: { DELAY_MS: "400" } } });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { host } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const echoed = new Promise((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));
    socket.send("are you awake?");
    assert.equal(await echoed, "are you awake?");
  });

  for (const [what, spec, settings] of [
    ["health_path", { env: { HEALTHY_AFTER_MS: "1200" } }, { health_path: "/health" }],
    [
      "a Docker HEALTHCHECK",
      {
        healthcheck: { command: "wget -q -O- http://127.0.0.1/health", intervalMs: 300 },
        env: { HEALTHY_AFTER_MS: "1200" },
      },
      {},
    ],
  ] as const) {
    onDocker(`gets no request before ${what} reports it as healthy`, async (t, docker) => {
      const { gateway, host } = await startSleeping(t, docker, { app: spec, container: settings });
      const answer = await gateway.request({ host, path: "/health" });
      assert.equal(answer.status, 200);
    });
  }

  onDocker("is ready behind a published port only when the app answers", async (t, docker) => {
    const { gateway, host } = await startSleeping(t, docker, {
      app: { env: { DELAY_MS: "800" }, ports: { 80: 0 } },
      gateway: { address: "published" },
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.request({ host })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
  });
});

describe("a container that cannot wake", () => {
  onDocker(
    "reports its crash at once, with exit code and last lines, and is not restarted by every request",
    async (t, docker) => {
      const { gateway, app, host } = await startSleeping(t, docker, {
        app: { env: { DELAY_MS: "60000", EXIT_AFTER_MS: "300", EXIT_CODE: "42" } },
      });
      const first = await gateway.request({ host });
      assert.equal(first.status, 502);
      assert.match(first.headers["content-type"] ?? "", /problem\+json/u);
      assert.match(first.text, /exit code 42/u);
      assert.match(first.text, /gives up/u);
      assert.match(String(first.headers["x-gateway-wake"]), /^cold; dur=\d+$/u);
      assert.match(String(first.headers["server-timing"]), /^wake;dur=\d+$/u);

      const before = (await app.inspect()).State.StartedAt;
      const page = await gateway.request({ host, headers: navigation });
      assert.equal(page.status, 502);
      assert.equal(page.headers["x-gateway-wake"], undefined, "a client that did not wait gets no wait time");
      assert.match(page.text, /42/u);
      assert.ok(!page.text.includes("<script>alert(1)</script>"), "log lines are inert");
      for (let round = 0; round < 20; round += 1) assert.equal((await gateway.request({ host })).status, 502);
      assert.equal((await app.inspect()).State.StartedAt, before);
    },
  );

  onDocker("reports soon that it crashes, also while Docker restarts it repeatedly", async (t, docker) => {
    const env = { DELAY_MS: "60000", EXIT_AFTER_MS: "200", EXIT_CODE: "3" };
    const { gateway, host } = await startSleeping(t, docker, { app: { env, restartPolicy: "unless-stopped" } });
    const first = await gateway.request({ host });
    assert.equal(first.status, 502);
    assert.match(first.text, /exit code 3, and is restarted again and again/u);
    const next = await gateway.request({ host });
    assert.deepEqual([next.status, next.headers["x-gateway-wake"]], [502, undefined], "it cools down");
  });

  onDocker("says that it did not answer within start_timeout", async (t, docker) => {
    const { gateway, host, app } = await startSleeping(t, docker, {
      app: { start: true, env: { PORT: "81" } },
      container: { start_timeout: "1500ms" },
    });
    await app.untilListens(81);
    const answer = await gateway.request({ host });
    assert.equal(answer.status, 502);
    assert.match(answer.text, /within 1\.5 s/u);
  });

  onDocker("reports that no such container exists", async (t, docker) => {
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ name: "nobody", host: "nobody.test" }] },
    });
    const answer = await gateway.request({ host: "nobody.test" });
    assert.equal(answer.status, 502);
    assert.match(answer.text, /no container named .{0,2}nobody/u);
  });

  onDocker("holds a request no longer than hold_timeout, and continues to wake", async (t, docker) => {
    const { gateway, host } = await startSleeping(t, docker, {
      app: { env: { DELAY_MS: "2500" } },
      container: { hold_timeout: "500ms" },
    });
    const early = await gateway.request({ host, method: "POST", body: "lost?" });
    assert.equal(early.status, 503);
    assert.match(early.headers["retry-after"] ?? "", /^\d+$/u);
    await waitUntil(async () => (await gateway.request({ host })).status === 200, 8_000, "the app's answer");
  });
});

async function mixedClient(gateway: Gateway, host: string, index: number): Promise<string> {
  const body = randomBytes(1000 + index);
  switch (index % 4) {
    case 0: {
      const answer = await gateway.request({ host, method: "POST", path: "/echo", body });
      return answer.json().sha256 === hashOf(body) ? "good" : answer.text;
    }
    case 1: {
      const answer = await gateway.request({ host, headers: navigation });
      return answer.status === 503 || answer.status === 200 ? "good" : answer.text;
    }
    case 2: {
      const answer = await gateway.request({ host, method: "HEAD" });
      return answer.status === 200 ? "good" : String(answer.status);
    }
    default: {
      const answer = await gateway.request({ host, path: "/image.png" });
      return answer.status === 200 ? "good" : answer.text;
    }
  }
}

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 40_000) yield body.subarray(at, at + 40_000);
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}
