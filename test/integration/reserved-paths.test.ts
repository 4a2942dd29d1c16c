import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { APP_STATUS, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const ONE = settingsOf([{ name: "app" }]);

for (const path of [
  "/_next/static/chunk.js",
  "/_",
  "/__health",
  "/_healthy?container=app",
  "/_health/?container=app",
  "/_Health?container=app",
  "/_statusx",
  "/_STATUS",
  "/_metrics/",
  "/_metrics/x",
  "/_topology/x",
  "/_logs/x",
  "/_live/",
  "/%5fhealth?container=app",
  "/x/_status",
  "/_provider/other",
]) {
  test(`${path} is the app's`, async (t) => {
    const { ask } = await startEndpoints(t, ONE);
    assert.equal((await ask(path)).status, APP_STATUS);
  });
}

for (const path of [
  "/_status/",
  "/_status/nope",
  "/_status/api/x",
  "/_status//api",
  "/_status/../_live",
  "/_status/API",
]) {
  test(`${path} is ours, and does not exist`, async (t) => {
    const { ask } = await startEndpoints(t, ONE);
    const answer = await ask(path);
    assert.equal(answer.status, 404);
    assert.equal(answer.json().code, "unknown-path");
  });
}

test("the gateway lives as long as it answers", async (t) => {
  const { ask } = await startEndpoints(t, ONE);
  const answer = await ask("/_live", { host: "anything.test" });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, "ok\n");
  assert.equal(answer.headers["content-length"], "3");
});

test("it is ready while its engines are, names the one that is not, and is ready again", async (t) => {
  const fixture = await startEndpoints(t, ONE);
  assert.equal((await fixture.ask("/_ready")).status, 200);
  fixture.engine.reachable(false);
  const answer = await fixture.ask("/_ready");
  assert.equal(answer.status, 503);
  assert.equal(answer.json().code, "not-ready");
  assert.equal(answer.json().detail, "docker cannot be reached");
  fixture.engine.reachable(true);
  await fixture.clock.settle();
  assert.equal((await fixture.ask("/_ready")).status, 200);
});

test("it is not ready while it drains, and lives", async (t) => {
  const fixture = await startEndpoints(t, ONE);
  fixture.draining = true;
  assert.equal((await fixture.ask("/_ready")).json().code, "draining");
  assert.equal((await fixture.ask("/_live")).status, 200);
});

for (const [access, adminAuth, trusted, status] of [
  ["open", "none", false, 200],
  ["trusted", "none", false, 403],
  ["trusted", "none", true, 200],
  ["admin-or-trusted", "none", false, 200],
  ["admin-or-trusted", "bearer", false, 401],
  ["admin-or-trusted", "bearer", true, 200],
] as const) {
  const peer = trusted ? "trusted" : "strange";
  test(`another folder's path for ${access} gives a ${peer} peer ${status} (admin_auth: ${adminAuth})`, async (t) => {
    const auth = adminAuth === "none" ? { method: "none" as const } : { method: "bearer" as const, token: "t0ken" };
    const fixture = await startEndpoints(t, settingsOf([{ name: "app" }], { gateway: { adminAuth: auth } }), {
      deps: { extras: [{ path: "/_provider/traefik", access, handle: (_req, res) => void res.end("document") }] },
    });
    if (trusted) fixture.trusted.add("127.0.0.1");
    const answer = await fixture.ask("/_provider/traefik");
    assert.equal(answer.status, status);
    if (status === 403)
      assert.match(answer.json().detail, /^127\.0\.0\.1 may not use \/_provider\/traefik: .*trusted_proxies/u);
    // A header makes nobody a trusted peer.
    const forged = { headers: { "x-forwarded-for": "10.0.0.1", forwarded: "for=10.0.0.1" } };
    assert.equal((await fixture.ask("/_provider/traefik", forged)).status, status);
    assert.equal((await fixture.ask("/_provider/traefik", { method: "POST" })).status, 405);
    assert.equal((await fixture.ask("/_provider/traefik/x")).status, APP_STATUS);
  });
}

test("a fault of ours is a 500 that tells nothing, and is reported to the log", async (t) => {
  const scrape = () => Promise.reject(new Error("s3cret detail"));
  const { ask, emitted } = await startEndpoints(t, ONE, { deps: { metrics: { scrape } } });
  const answer = await ask("/_metrics");
  assert.equal(answer.status, 500);
  assert.ok(!answer.text.includes("s3cret"));
  assert.ok(emitted.some((event) => event.type === "fault" && event.detail.includes("s3cret detail")));
});

test("requests in odd forms are answered, and the next one too", async (t) => {
  const { port, ask } = await startEndpoints(t, ONE);
  for (const head of [
    "GET http://app.test/_live HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n",
    "GET /_status/%E0%A4%A HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n",
    "GET /_health?container=app#x HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n",
    "GET /_status HTTP/1.0\r\n\r\n",
    `POST /_status/login HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded; charset=nope\r\n\r\na=b&c`,
    `GET /_status/api?${"a=b&".repeat(3_000)} HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n`,
  ]) {
    const text = await raw(port, head);
    assert.match(text, /^HTTP\/1\.1 (200|400|404) /, head.slice(0, 60));
  }
  assert.equal((await ask("/_live")).status, 200);
});

function raw(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(head));
    socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    socket.on("close", () => resolve(text)).on("error", reject);
  });
}
