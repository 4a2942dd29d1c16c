import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openForwardAuth } from "./auth-fixture.ts";

// Each rule was drawn from a fault that others had; the title names it.

const FRONTS = ["traefik", "caddy", "nginx"] as const;

/** What a front gets for an auth request that nothing can be decided from. */
const INVALID = { traefik: 400, caddy: 400, nginx: 401 } as const;

describe("CVE-2026-40575: forwarded headers count from trusted_proxies only, and nobody is trusted by default", () => {
  for (const path of [...FRONTS.map((front) => `/_auth/${front}`), "/_auth/envoy/", "/_auth/nginx/page"]) {
    test(`${path} is refused to an untrusted peer, and the response names the key to set`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }], { trusted: [] });
      const answer = await fixture.ask(path, {}, { host: "app.test" });
      assert.equal(answer.status, 403);
      assert.match(answer.headers["content-type"] ?? "", /problem\+json/u);
      assert.match(answer.text, /127\.0\.0\.1/u);
      assert.match(answer.text, /gateway\.trusted_proxies/u);
      assert.deepEqual(fixture.orders(), []);
    });
  }

  for (const front of ["traefik", "caddy", "nginx"] as const) {
    test(`also of an app that is awake (${front})`, async (t) => {
      const fakes = { app: { status: "running" } } as const;
      const fixture = await openForwardAuth(t, [{ name: "app" }], { trusted: ["10.0.0.0/8"], fakes });
      const answer = await fixture.ask(`/_auth/${front}`);
      assert.notEqual(answer.status, 200);
      assert.equal(answer.headers["x-gateway-upstream"], undefined);
      assert.deepEqual(fixture.counted, [`${front} untrusted`]);
    });
  }

  test("the peer's address counts, not X-Forwarded-For", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { trusted: ["10.0.0.0/8"] });
    assert.equal((await fixture.ask("/_auth/traefik", { "x-forwarded-for": "10.0.0.1" })).status, 403);
  });

  test("an upgrade from an untrusted peer is refused as well", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }], { trusted: [] });
    const answer = await fixture.raw(
      "GET /_auth/caddy HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-Host: app.test\r\n\r\n",
    );
    assert.match(answer, /^HTTP\/1\.1 403 /u);
    assert.deepEqual(fixture.orders(), []);
  });
});

describe("CVE-2024-45410: a missing X-Forwarded-Host is a fault, and no other header stands in for it", () => {
  for (const front of FRONTS) {
    test(`behind ${front}`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }]);
      const headers = {
        "x-forwarded-host": undefined,
        forwarded: "host=app.test",
        "x-original-host": "app.test",
        "x-original-url": "http://app.test/",
      };
      assert.equal((await fixture.ask(`/_auth/${front}`, headers, { host: "app.test" })).status, INVALID[front]);
      assert.deepEqual(fixture.orders(), []);
    });
  }
});

describe("CVE-2026-39858 and CVE-2026-52845: only the exact dashed names are read", () => {
  for (const front of FRONTS) {
    test(`behind ${front}`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "other" }], {
        fakes: { other: { status: "running" } },
      });
      const underscored = { "x-forwarded-host": undefined, x_forwarded_host: "app.test" };
      assert.equal((await fixture.ask(`/_auth/${front}`, underscored)).status, INVALID[front]);
      const both = { "x-forwarded-host": "other.test", x_forwarded_host: "app.test", "x.forwarded.host": "app.test" };
      assert.equal((await fixture.ask(`/_auth/${front}`, both)).headers["x-gateway-upstream"], "other:80");
      assert.deepEqual(fixture.orders(), []);
    });
  }
});

describe("a repeated or invalid host is refused", () => {
  for (const [what, value] of [
    ["two headers", ["other.test", "app.test"]],
    ["a list", "other.test, app.test"],
    ["a path in it", "app.test/../x"],
    ["a userinfo", "other.test@app.test"],
    ["nothing", ""],
    ["more than a name can have", `${"a".repeat(400)}.test`],
  ] as const) {
    for (const front of FRONTS) {
      test(`${what}, behind ${front}`, async (t) => {
        const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "other" }]);
        const answer = await fixture.ask(`/_auth/${front}`, { "x-forwarded-host": value as string });
        assert.equal(answer.status, INVALID[front]);
        assert.deepEqual(fixture.orders(), []);
      });
    }
  }

  test("behind nginx the page names the fault, because the bare 401 cannot", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }]);
    const page = await fixture.ask("/_auth/nginx/page", { "x-forwarded-host": "a,b" });
    assert.match(page.text, /X-Forwarded-Host/u);
  });
});

describe("CVE-2026-48794 and CVE-2026-27588: hosts are compared in lower case, without port and trailing dot", () => {
  for (const host of ["APP.test", "app.test:8443", "App.Test.:443", "app.test."]) {
    for (const front of FRONTS) {
      test(`${host} behind ${front}`, async (t) => {
        const fixture = await openForwardAuth(t, [{ name: "app" }], { fakes: { app: { status: "running" } } });
        const answer = await fixture.ask(`/_auth/${front}`, { "x-forwarded-host": host });
        assert.equal(answer.headers["x-gateway-upstream"], "app:80");
      });
    }
  }
});

describe("GHSA-pxq7-h93f-9jrg: `#` and `?` end a path before it is matched", () => {
  for (const [uri, passes] of [
    ["/private#/.well-known/acme-challenge/x", false],
    ["/private?/.well-known/acme-challenge/x", false],
    ["/.well-known/acme-challenge/x#/private", true],
  ] as const) {
    for (const front of ["traefik", "caddy"] as const) {
      test(`${uri} behind ${front} ${passes ? "passes" : "wakes the app"}`, async (t) => {
        const fixture = await openForwardAuth(t, [{ name: "app", wake: "page" }], {
          fakes: { app: { startMs: 9_000 } },
        });
        assert.equal((await fixture.ask(`/_auth/${front}`, { "x-forwarded-uri": uri })).status, passes ? 200 : 503);
        assert.equal(fixture.orders().length, passes ? 0 : 1);
      });
    }
  }

  test("a must-not-wake rule does not match what follows them", async (t) => {
    const ignore = { userAgents: [], paths: ["/robots.txt"], methods: [], ips: [], status: 503 as const };
    const fixture = await openForwardAuth(t, [{ name: "app", ignore }]);
    const answer = await fixture.whileTime(fixture.ask("/_auth/caddy", { "x-forwarded-uri": "/private#/robots.txt" }));
    assert.equal(answer.status, 200);
  });
});

describe("found here: no override from a query that the client can write", () => {
  for (const front of ["caddy", "nginx"] as const) {
    test(`behind ${front}, which may mix in the client's own`, async (t) => {
      const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "evil" }], {
        fakes: { app: { status: "running" }, evil: { status: "running" } },
      });
      for (const query of ["container=evil", "group=evil", "container=evil&container=app"]) {
        const answer = await fixture.ask(`/_auth/${front}?${query}`, { "x-forwarded-uri": `/x?${query}` });
        assert.equal(answer.headers["x-gateway-upstream"], "app:80", query);
      }
    });
  }

  test("behind Traefik the client's query is in X-Forwarded-Uri, and steers nothing", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "evil" }], {
      fakes: { app: { status: "running" }, evil: { status: "running" } },
    });
    const answer = await fixture.ask("/_auth/traefik", { "x-forwarded-uri": "/x?container=evil" });
    assert.equal(answer.headers["x-gateway-upstream"], "app:80");
  });

  test("behind Envoy not even by a path, which is the client's", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }, { name: "evil" }], {
      fakes: { app: { status: "running" }, evil: { status: "running" } },
    });
    const answer = await fixture.ask("/_auth/envoy/container/evil?container=evil", {}, { host: "app.test" });
    assert.equal(answer.headers["x-gateway-upstream"], "app:80");
  });

  test("X-Gateway-Upstream from a client is never read and never sent back", async (t) => {
    const fixture = await openForwardAuth(t, [{ name: "app" }]);
    const headers = { "x-forwarded-host": "other.test", "x-gateway-upstream": "169.254.169.254:80" };
    assert.equal((await fixture.ask("/_auth/caddy", headers)).headers["x-gateway-upstream"], undefined);
  });
});
