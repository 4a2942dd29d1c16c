import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { navigation } from "../support/http.ts";
import { openForwardAuth } from "./auth-fixture.ts";

const RUNNING = { app: { status: "running" } } as const;
const SLOW = { app: { startMs: 20_000 } } as const;

describe("the loading page's polls, which arrive as if they were for the app", () => {
  for (const front of ["traefik", "caddy"] as const) {
    test(`are answered behind ${front} under 503, so that the body reaches the browser`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: SLOW });
      await fixture.ask(`/_auth/${front}`, { ...navigation });
      const health = await fixture.ask(`/_auth/${front}`, { "x-forwarded-uri": "/_health?container=app" });
      assert.equal(health.status, 503);
      assert.equal(health.json().status, "starting");
      const logs = await fixture.ask(`/_auth/${front}`, { "x-forwarded-uri": "/_logs?container=app" });
      assert.equal(logs.status, 503);
      assert.deepEqual(logs.json(), { lines: [] });
      assert.deepEqual(fixture.counted, [`${front} page`, `${front} poll`, `${front} poll`]);
    });
  }

  test("wake nothing and keep nothing awake", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }]);
    const answer = await fixture.ask("/_auth/traefik", { "x-forwarded-uri": "/_health?container=app" });
    assert.equal(answer.json().status, "unknown");
    assert.deepEqual(fixture.orders(), []);
  });

  test("reach nginx's client through its second request, and only that one counts against the limit", async (t) => {
    const asked: string[] = [];
    const fixture = await openForwardAuth(t, [{ name: "app" }], {
      fakes: SLOW,
      pollAllowed: (kind, address, route) => void asked.push(`${kind} ${address} ${route}`),
    });
    const headers = { "x-forwarded-uri": "/_health?container=app", "x-forwarded-for": "192.0.2.7" };
    assert.equal((await fixture.ask("/_auth/nginx", headers)).status, 401);
    const page = await fixture.ask("/_auth/nginx/page", headers);
    assert.deepEqual([page.status, page.json().status], [503, "unknown"]);
    assert.deepEqual(asked, ["health 192.0.2.7 app"]);
  });

  test("reach Envoy's client with a status that the page doesn't take for a limit", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: SLOW });
    const answer = await fixture.ask("/_auth/envoy/_health?container=app", {}, { host: "app.test" });
    assert.deepEqual([answer.status, answer.json().status], [403, "unknown"]);
  });

  test("wait for the next phase on request", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], {
      fakes: { app: { startMs: 3_000, listenMs: 60_000 } },
    });
    await fixture.ask("/_auth/traefik", { ...navigation });
    const from = fixture.clock.now();
    const uri = "/_health?container=app&wait=20s&phase=starting";
    const answer = await fixture.whileTime(fixture.ask("/_auth/traefik", { "x-forwarded-uri": uri }));
    assert.equal(answer.json().phase, "waiting");
    assert.ok(fixture.clock.now() - from < 4_000);
    const late = await fixture.ask("/_auth/traefik", { "x-forwarded-uri": uri });
    assert.equal(late.json().phase, "waiting", "an earlier change is reported at once");
  });

  for (const wait of ["60s", "1m", "0.5m", "1h"]) {
    test(`wait for ${wait} at most as long as the front proxy waits`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 90_000 } } });
      await fixture.ask("/_auth/traefik", { ...navigation });
      const from = fixture.clock.now();
      const uri = `/_health?container=app&wait=${wait}&phase=starting`;
      await fixture.whileTime(fixture.ask("/_auth/traefik", { "x-forwarded-uri": uri }));
      const tookMs = fixture.clock.now() - from;
      assert.ok(tookMs >= 20_000 && tookMs <= 26_000, `it took ${tookMs} ms`);
    });
  }

  test("beyond the limit get a 429 with a Retry-After", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { pollAllowed: () => 1_700 });
    const answer = await fixture.ask("/_auth/caddy", { "x-forwarded-uri": "/_logs?container=app" });
    assert.equal(answer.status, 429);
    assert.equal(answer.headers["retry-after"], "2");
  });

  test("report the app as running as soon as it runs", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
    const answer = await fixture.ask("/_auth/traefik", { "x-forwarded-uri": "/_health?container=app" });
    assert.deepEqual([answer.status, answer.json().status], [503, "running"]);
  });
});

describe("an app's own /_health and /_logs", () => {
  for (const uri of [
    "/_health",
    "/_health?deep=1",
    "/_logs",
    "/_health?container=somebody",
    "/_health/x?container=app",
  ]) {
    test(`${uri} passes while the app is ready`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
      const answer = await fixture.ask("/_auth/traefik", { "x-forwarded-uri": uri });
      assert.deepEqual([answer.status, answer.headers["x-gateway-upstream"]], [200, "app:80"]);
    });
  }
});

describe("the page that nginx and Caddy fetch for an error of theirs", () => {
  for (const front of ["nginx", "caddy"] as const) {
    test(`for ${front} opens the app at once if it has become ready meanwhile`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
      const page = await fixture.ask(`/_auth/${front}/page`, { ...navigation });
      assert.equal(page.status, 503);
      assert.match(page.headers["content-type"] ?? "", /text\/html/u);
      assert.equal(page.headers["retry-after"], "1");
      const program = await fixture.ask(`/_auth/${front}/page`);
      assert.equal(program.status, 503);
      assert.equal(program.headers["retry-after"], "1");
      assert.match(program.headers["content-type"] ?? "", /problem\+json/u);
    });

    test(`makes ${front}'s failed connection known: an app that refuses is no longer let through`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
      fixture.engine.get("app").listenMs = Number.POSITIVE_INFINITY;
      assert.equal((await fixture.ask(`/_auth/${front}/page`, { ...navigation })).status, 503);
      assert.equal(fixture.status("app"), "unready");
    });

    test(`holds no request a second time behind ${front}`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: SLOW });
      const answer = await fixture.ask(`/_auth/${front}/page`);
      assert.equal(answer.status, 503);
      assert.equal(fixture.status("app"), "starting");
    });
  }

  for (const [what, asked] of [
    ["a host that is not ours", { "x-forwarded-host": "stranger.test" }],
    ["a certificate challenge", { "x-forwarded-uri": "/.well-known/acme-challenge/token" }],
  ] as const) {
    test(`is an error for ${what}, never an empty 200, and wakes nobody`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: SLOW });
      const program = await fixture.ask("/_auth/nginx/page", asked);
      assert.deepEqual([program.status, program.headers["x-gateway-code"]], [502, "upstream-failed"]);
      const browser = await fixture.ask("/_auth/nginx/page", { ...navigation, ...asked });
      assert.equal(browser.status, 502);
      assert.match(browser.headers["content-type"] ?? "", /text\/html/u);
      assert.equal(fixture.status("app"), "asleep");
    });
  }

  test("is the loading page also where the browser was held before", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app", wake: "hold", title: "My App" }], { fakes: SLOW });
    const page = await fixture.ask("/_auth/nginx/page", { ...navigation });
    assert.equal(page.status, 503);
    assert.match(page.text, /id="progress"|data-wake/u);
  });

  test("shows why a wake failed", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { refusesStart: "no such image" } } });
    await fixture.whileTime(fixture.ask("/_auth/nginx"));
    const page = await fixture.ask("/_auth/nginx/page", { ...navigation });
    assert.equal(page.status, 502);
    assert.match(page.text, /no such image/u);
  });
});
