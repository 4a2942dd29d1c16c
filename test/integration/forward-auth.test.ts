import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { navigation } from "../support/http.ts";
import { waitUntil } from "../support/wait-until.ts";
import { openForwardAuth } from "./auth-fixture.ts";

const FRONTS = ["traefik", "caddy", "nginx"] as const;
const RUNNING = { app: { status: "running" } } as const;

describe("an awake app", () => {
  for (const front of FRONTS) {
    test(`is let through by ${front} with an empty 200 that names it, without asking the engine`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
      fixture.engine.calls.length = 0;
      const answer = await fixture.ask(`/_auth/${front}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.text, "");
      assert.equal(answer.headers["content-length"], "0");
      assert.equal(answer.headers["x-gateway-upstream"], "app:80");
      assert.equal(answer.headers["set-cookie"], undefined);
      assert.equal(answer.headers["x-gateway-wake"], undefined);
      assert.deepEqual(fixture.engine.calls, []);
      assert.deepEqual(fixture.counted, [`${front} allowed`]);
    });
  }

  test("is let through by Envoy with exactly 200, by Host and by the path after the prefix", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
    const headers = { "x-forwarded-host": "stranger.test" };
    const answer = await fixture.ask("/_auth/envoy/deep/path?q=1", headers, { method: "POST", host: "app.test" });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-gateway-upstream"], "app:80");
  });

  test("has an IPv6 address in brackets", async (t) => {
    const endpoint = { host: "fd00::5", port: 8080, published: false };
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { status: "running", endpoint } } });
    assert.equal((await fixture.ask("/_auth/caddy")).headers["x-gateway-upstream"], "[fd00::5]:8080");
  });

  test("is kept awake by each auth request, and stopped without one", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app", idleTimeoutMs: 60_000 }], { fakes: RUNNING });
    await fixture.clock.advance(50_000);
    await fixture.ask("/_auth/traefik");
    await fixture.clock.advance(59_000);
    assert.equal(fixture.status("app"), "ready");
    await fixture.clock.advance(2_500);
    assert.equal(fixture.status("app"), "asleep");
  });

  test("is let through a 100 first where the client expects one", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
    const answer = await fixture.raw(
      "GET /_auth/caddy HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: app.test\r\nX-Forwarded-Uri: /\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
    );
    assert.match(answer, /HTTP\/1\.1 200 OK/u);
  });
});

describe("a sleeping app", () => {
  test("wakes for a browser behind the loading page", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 60_000 } } });
    const answer = await fixture.ask("/_auth/traefik", { ...navigation });
    assert.equal(answer.status, 503);
    assert.match(answer.headers["content-type"] ?? "", /text\/html/u);
    assert.match(answer.headers["retry-after"] ?? "", /^\d+$/u);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["x-robots-tag"], "noindex");
    assert.equal(fixture.status("app"), "starting");
  });

  for (const front of ["traefik", "caddy", "nginx"] as const) {
    test(`is waited for by clients other than browsers behind ${front}, and the wait is reported`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 3_000 } } });
      const answer = await fixture.whileTime(fixture.ask(`/_auth/${front}`, { "x-forwarded-method": "POST" }));
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers["x-gateway-wake"]), /^cold; dur=3\d{3}$/u);
      assert.match(String(answer.headers["server-timing"]), /^wake;dur=3\d{3}$/u);
      assert.equal(answer.headers["x-gateway-upstream"], "app:80");
      assert.deepEqual(fixture.counted, [`${front} held`]);
    });
  }

  for (const [front, status, holdMs] of [
    ["traefik", 503, 25_000],
    ["caddy", 503, 40_000],
    ["nginx", 401, 40_000],
    ["envoy", 429, 25_000],
  ] as const) {
    test(`that takes too long is a ${status} to ${front} before that gives up itself`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app", holdTimeoutMs: 40_000 }], {
        fakes: { app: { startMs: 55_000 } },
      });
      const from = fixture.clock.now();
      const answer = await fixture.whileTime(fixture.ask(`/_auth/${front}`, {}, { host: "app.test" }));
      assert.equal(answer.status, status);
      const waitedMs = fixture.clock.now() - from;
      assert.ok(waitedMs >= holdMs && waitedMs < holdMs + 1_000, `it was held for ${waitedMs} ms`);
      if (front !== "nginx") assert.match(answer.headers["content-type"] ?? "", /problem\+json/u);
    });
  }

  test("gets nginx a 401, and its page is fetched in a second request", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 5_000 } } });
    const refused = await fixture.ask("/_auth/nginx", { ...navigation });
    assert.deepEqual([refused.status, refused.text], [401, ""]);
    const page = await fixture.ask("/_auth/nginx/page", { ...navigation });
    assert.equal(page.status, 503);
    assert.match(page.headers["content-type"] ?? "", /text\/html/u);
    assert.match(page.headers["retry-after"] ?? "", /^\d+$/u);
  });

  test("is never a 5xx to Envoy, and the page is sent with it", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 5_000 } } });
    const page = await fixture.ask("/_auth/envoy/", { ...navigation }, { host: "app.test" });
    assert.equal(page.status, 429);
    assert.match(page.text, /<!doctype html>/iu);
  });

  test("frees its place when the front proxy disconnects", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 60_000 } } });
    const leaves = new AbortController();
    const pending = assert.rejects(fixture.ask("/_auth/caddy", {}, { signal: leaves.signal }));
    const route = fixture.lifecycle.routes().byName.get("app");
    await waitUntil(() => route?.queue.pending === 1);
    leaves.abort();
    await pending;
    await waitUntil(() => route?.queue.pending === 0);
    assert.deepEqual(fixture.counted, ["caddy gone"]);
  });

  test("is woken once, and has one state for the proxy and for every front", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 1_000 } } });
    const visitor = fixture.visit("app");
    const asks = FRONTS.map((front) => fixture.ask(`/_auth/${front}`));
    const answers = await fixture.whileTime(Promise.all(asks));
    await fixture.clock.settle();
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.equal(visitor.admission?.kind, "forward");
    assert.deepEqual(fixture.orders(), ["start app"]);
  });
});

describe("an auth request for an upgrade that is an upgrade itself", () => {
  const ask = (extra = ""): string =>
    `GET /_auth/caddy HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n` +
    `X-Forwarded-Host: app.test\r\nX-Forwarded-Uri: /ws\r\nX-Forwarded-Method: GET\r\n${extra}\r\n`;

  test("is a plain 200 to an awake app, never a 101, and the connection closes", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
    const answer = await fixture.raw(ask());
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/u);
    assert.match(answer, /\r\nConnection: close\r\n/u);
    assert.match(answer, /\r\nContent-Length: 0\r\n/u);
    assert.match(answer, /\r\nX-Gateway-Upstream: app:80\r\n/u);
  });

  test("is held until a sleeping app is ready", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { startMs: 2_000 } } });
    assert.match(await fixture.whileTime(fixture.raw(ask())), /^HTTP\/1\.1 200 OK\r\n/u);
    assert.deepEqual(fixture.counted, ["caddy held"]);
  });

  test("is a whole 503 where the wake fails", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { refusesStart: "no such image" } } });
    const answer = await fixture.whileTime(fixture.raw(ask()));
    assert.match(answer, /^HTTP\/1\.1 502 /u);
    assert.match(answer, /no such image/u);
  });
});

describe("an unknown host passes without a wake and without the engine", () => {
  for (const [what, headers] of [
    ["a host that is not ours", { "x-forwarded-host": "other.test" }],
    ["a certificate authority's challenge", { "x-forwarded-uri": "/.well-known/acme-challenge/a-Token_1" }],
    ["such a challenge with a query", { "x-forwarded-uri": "/.well-known/acme-challenge/token?x=1" }],
  ] as const) {
    for (const front of FRONTS) {
      test(`${what}, behind ${front}`, async (t) => {
        const fixture = await openForwardAuth(t, [{ name: "app" }]);
        fixture.engine.calls.length = 0;
        const answer = await fixture.ask(`/_auth/${front}`, headers);
        assert.deepEqual([answer.status, answer.text], [200, ""]);
        assert.deepEqual(fixture.engine.calls, []);
        assert.equal(fixture.status("app"), "asleep");
      });
    }
  }

  test("but a path that only begins like a challenge is the app's", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }]);
    const uri = "/.well-known/acme-challenge/../../private";
    assert.equal((await fixture.whileTime(fixture.ask("/_auth/caddy", { "x-forwarded-uri": uri }))).status, 200);
    assert.deepEqual(fixture.orders(), ["start app"]);
  });
});

describe("a front's own configuration may name the container or group", () => {
  for (const front of FRONTS) {
    test(`by a path segment behind ${front}`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "other" }], {
        fakes: { other: { status: "running", endpoint: { host: "other", port: 81, published: false } } },
      });
      const answer = await fixture.ask(`/_auth/${front}/container/other`, { "x-forwarded-host": "anything.test" });
      assert.equal(answer.headers["x-gateway-upstream"], "other:81");
    });
  }

  test("a group by its name", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app", hosts: [] }], {
      fakes: RUNNING,
      groups: [{ name: "cluster", members: ["app"] }],
    });
    const answer = await fixture.ask("/_auth/caddy/group/cluster", { "x-forwarded-host": "x.test" });
    assert.equal(answer.headers["x-gateway-upstream"], "app:80");
    const none = await fixture.ask("/_auth/caddy/container/cluster", { "x-forwarded-host": "x.test" });
    assert.equal(none.headers["x-gateway-upstream"], undefined);
  });

  test("by a query behind Traefik, which never adds the client's", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: RUNNING });
    const answer = await fixture.ask("/_auth/traefik?container=app", { "x-forwarded-host": "anything.test" });
    assert.equal(answer.headers["x-gateway-upstream"], "app:80");
  });

  test("and anything else behind the front's name is a fault", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }]);
    for (const path of ["/_auth/traefik/wat", "/_auth/traefik/container", "/_auth/traefik/container/a/b"]) {
      assert.equal((await fixture.ask(path)).status, 404, path);
    }
    assert.equal((await fixture.ask("/_auth/haproxy")).status, 418, "a front that we do not know is no auth request");
    assert.equal((await fixture.ask("/_auth/caddy/page/container/%zz")).status, 404);
  });
});
