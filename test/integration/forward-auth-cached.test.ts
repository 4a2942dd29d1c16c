import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openForwardAuth } from "./auth-fixture.ts";
import { flow } from "./flow.ts";

const IDLE_MS = 60_000;
const CACHED = "/_auth/nginx/cached";

describe("/_auth/nginx/cached", () => {
  test("only the 200 for a ready app may be reused, and for a second", async (t) => {
    const fixture = await open(t, "running");
    const reused = async (path: string, headers = {}, host = "app.test") => {
      const { status, headers: got } = await fixture.ask(path, { "x-forwarded-host": host, ...headers });
      return `${status} ${got["cache-control"]} ${String(got["x-gateway-upstream"])}`;
    };
    assert.equal(await reused(CACHED), "200 max-age=1 app:80");
    assert.equal(await reused(`${CACHED}/container/app`, {}, "other.test"), "200 max-age=1 app:80");
    assert.equal(await reused(CACHED, { "x-forwarded-uri": "/_x" }), "200 max-age=1 app:80", "the longer way as well");
    assert.equal(await reused("/_auth/nginx"), "200 undefined app:80");
    assert.equal(await reused("/_auth/caddy"), "200 undefined app:80");
    assert.equal(await reused(CACHED, {}, "stranger.test"), "200 undefined undefined");
    assert.equal(
      await reused(CACHED, { "x-forwarded-uri": "/.well-known/acme-challenge/x" }),
      "200 undefined undefined",
    );
    assert.equal((await fixture.ask(`${CACHED}x`)).status, 401);
    assert.deepEqual(new Set(fixture.counted.map((one) => one.split(" ")[0])), new Set(["nginx", "caddy"]));
  });

  test("a refusal and the answer after a wait are never reused", async (t) => {
    const fixture = await open(t, "stopped");
    const page = await fixture.ask(CACHED, { "sec-fetch-mode": "navigate", accept: "text/html" });
    assert.equal(`${page.status} ${page.headers["cache-control"]}`, "401 no-store");
    const held = await openHeld(t);
    assert.equal(`${held.status} ${held.headers["cache-control"]}`, "200 undefined");
  });

  test("the answer to an ignored request is not reused for others", async (t) => {
    const fixture = await open(t, "running", {
      ignore: { userAgents: ["kuma"], paths: [], methods: [], ips: [], status: 503 },
    });
    const kuma = await fixture.ask(CACHED, { "user-agent": "Kuma/1" });
    assert.equal(`${kuma.status} ${kuma.headers["cache-control"]}`, "200 undefined");
  });

  for (const [reason, uri] of [
    ["idle", "/"],
    ["admin", "/"],
    ["admin", "/_x"],
  ] as const) {
    test(`a stop (${reason}) waits until no answer from before it (for ${uri}) is in use`, async (t) => {
      const fixture = await open(t, "running", { idleTimeoutMs: reason === "idle" ? 1_000 : IDLE_MS });
      flow(fixture, []);
      await fixture.ask(CACHED, { "x-forwarded-uri": uri });
      await fixture.clock.advance(1_000);
      if (reason === "admin") fixture.lifecycle.sleep(fixture.record("app"));
      await fixture.clock.advance(950);
      assert.equal(fixture.status("app"), "draining");
      assert.deepEqual(fixture.orders(), []);
      await fixture.clock.advance(3_000);
      assert.deepEqual(fixture.orders(), ["stop app stop"]);
    });
  }
});

type Context = Parameters<typeof openForwardAuth>[0];
type Workload = Parameters<typeof openForwardAuth>[1][number];

function open(t: Context, status: "running" | "stopped", keys: Partial<Workload> = {}) {
  return openForwardAuth(t, [{ name: "app", idleTimeoutMs: IDLE_MS, ...keys }], { fakes: { app: { status } } });
}

async function openHeld(t: Context) {
  const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { listenMs: 2_000 } } });
  return fixture.whileTime(fixture.ask(CACHED));
}
