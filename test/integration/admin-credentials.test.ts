import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AdminAuth } from "../../src/core/settings.ts";
import { navigation } from "../support/http.ts";
import { APP_STATUS, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const BASIC: AdminAuth = { method: "basic", username: "admin", password: "pässword" };
const BEARER: AdminAuth = { method: "bearer", token: "t0ken" };
const GOOD = { authorization: `Basic ${Buffer.from("admin:pässword").toString("base64")}` };
const BAD = { authorization: `Basic ${Buffer.from("admin:wrong").toString("base64")}` };

function start(t: TestContext, adminAuth: AdminAuth = { method: "none" }, adminHosts: string[] = []) {
  return startEndpoints(t, settingsOf([{ name: "app" }], { gateway: { adminAuth, adminHosts } }));
}

const ADMIN_PATHS = [
  "/_status",
  "/_status/api",
  "/_status/explain?container=app",
  "/_status/c/app",
  "/_topology",
  "/_metrics",
];

for (const path of ADMIN_PATHS) {
  test(`${path} is shown only with the right credentials`, async (t) => {
    const { ask } = await start(t, BASIC);
    const statuses = [
      await ask(path),
      await ask(path, { headers: BAD }),
      await ask(path, { headers: { authorization: "Bearer t0ken" } }),
      await ask(path, { headers: GOOD }),
      await ask(path, { headers: GOOD, method: "HEAD" }),
    ].map(({ status }) => status);
    assert.deepEqual(statuses, [401, 401, 401, 200, 200]);
  });

  test(`${path} is neither stored, framed nor sniffed, and does not mention express`, async (t) => {
    const { ask } = await start(t);
    const { headers } = await ask(path);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-frame-options"], "DENY");
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/);
    assert.equal(headers["x-powered-by"], undefined);
    assert.equal(headers["strict-transport-security"], undefined);
    assert.ok(Number(headers["content-length"]) > 0);
  });

  test(`POST ${path} is not allowed`, async (t) => {
    const { ask } = await start(t);
    const answer = await ask(path, { method: "POST" });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers["allow"], "GET, HEAD");
  });
}

test("the form has a token field where a token is configured", async (t) => {
  const { ask } = await start(t, BEARER);
  const refused = await ask("/_metrics");
  assert.equal(refused.status, 401);
  assert.equal(refused.headers["www-authenticate"], 'Bearer realm="gateway"');
  assert.equal((await ask("/_metrics", { headers: { authorization: "Bearer t0ken" } })).status, 200);
});

test("a program gets a problem document and a challenge, a person the login form and the way back", async (t) => {
  const { ask } = await start(t, BASIC);
  const program = await ask("/_status");
  assert.equal(program.headers["content-type"], "application/problem+json");
  assert.equal(program.headers["www-authenticate"], 'Basic realm="gateway", charset="UTF-8"');
  for (const [path, location] of [
    ["/_status", "/_status/login"],
    ["/_status?q=a%26b&sort=wakes", "/_status/login?next=%2F_status%3Fq%3Da%2526b%26sort%3Dwakes"],
    ["/_status/c/app", "/_status/login?next=%2F_status%2Fc%2Fapp"],
    ["/_topology", "/_status/login?next=%2F_topology"],
    ["/_metrics", "/_status/login?next=%2F_metrics"],
  ] as const) {
    const person = await ask(path, { headers: navigation });
    assert.equal(person.status, 303);
    assert.equal(person.headers["location"], location);
    assert.equal(person.headers["www-authenticate"], undefined);
  }
});

test("health, logs, live and ready need no credentials", async (t) => {
  const { ask } = await start(t, BASIC);
  for (const path of ["/_health?container=app", "/_logs?container=app", "/_live", "/_ready"]) {
    assert.equal((await ask(path)).status, 200, path);
  }
});

test("wrong credentials are reported with address and path, and never with what was given", async (t) => {
  const { ask, emitted } = await start(t, BASIC);
  await ask("/_status/api?x=secret", { headers: BAD });
  await ask("/_status/api");
  assert.deepEqual(
    emitted.filter(({ type }) => type === "login-failed"),
    [{ type: "login-failed", address: "127.0.0.1", path: "/_status/api" }],
  );
});

test("after ten wrong guesses an address has to wait, the right ones included, and nobody else has to", async (t) => {
  const fixture = await start(t, BASIC);
  fixture.trusted.add("127.0.0.1");
  const from = (address: string, headers: Record<string, string>) => ({
    headers: { ...headers, "x-forwarded-for": address },
  });
  for (let guess = 0; guess < 10; guess += 1) {
    assert.equal((await fixture.ask("/_status", from("192.0.2.1", BAD))).status, 401);
  }
  const limited = await fixture.ask("/_status", from("192.0.2.1", GOOD));
  assert.equal(limited.status, 429);
  assert.equal(limited.headers["retry-after"], "6");
  assert.equal((await fixture.ask("/_status", from("192.0.2.1", {}))).status, 401, "no guess is no guess");
  assert.equal((await fixture.ask("/_status", from("192.0.2.2", GOOD))).status, 200);
  await fixture.clock.advance(6_000);
  assert.equal((await fixture.ask("/_status", from("192.0.2.1", GOOD))).status, 200);
});

test("a thousand guesses at once count as no more than ten", async (t) => {
  const { ask } = await start(t, BASIC);
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask("/_status", { headers: BAD })));
  assert.equal(answers.filter(({ status }) => status === 401).length, 10);
  assert.equal(answers.filter(({ status }) => status === 429).length, 190);
});

test("with admin_hosts the admin pages do not exist elsewhere: there the paths are the app's", async (t) => {
  const { ask } = await start(t, { method: "none" }, ["admin.test", "*.ops.test"]);
  for (const path of ADMIN_PATHS) {
    assert.equal((await ask(path)).status, APP_STATUS, path);
    assert.equal((await ask(path, { host: "Admin.test:8080" })).status, 200, path);
    assert.equal((await ask(path, { host: "gw.ops.test" })).status, 200, path);
  }
  assert.equal((await ask("/_status/wake?container=app", { method: "POST" })).status, APP_STATUS);
  assert.equal((await ask("/_health?container=app")).status, 200);
});

test("a script of a browser is refused without a challenge that would open the browser's own dialog", async (t) => {
  const { ask } = await start(t, BASIC);
  for (const headers of [
    { "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" },
    { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0", accept: "text/event-stream" },
    { cookie: "x=y" },
  ]) {
    const { status, headers: answered } = await ask("/_status/events", { headers });
    assert.equal(status, 401);
    assert.equal(answered["www-authenticate"], 'Session realm="gateway"');
  }
});

const FRONT: AdminAuth = { ...BASIC, trustedHeader: "remote-user" };

for (const [rule, isTrusted, headers, status] of [
  ["a user that a trusted front proxy has logged in passes", true, { "remote-user": "anna" }, 200],
  ["a front that is not trusted logs nobody in", false, { "remote-user": "anna" }, 401],
  ["a trusted front that names nobody logs nobody in", true, {}, 401],
  ["an empty name logs nobody in", true, { "remote-user": "" }, 401],
  ["a blank name logs nobody in", true, { "remote-user": " \t" }, 401],
  ["two names log nobody in, because one of them is from a client", true, { "remote-user": ["anna", "eve"] }, 401],
  ["a name in a header with underscores logs nobody in", true, { remote_user: "anna" }, 401],
  ["a user with a password needs no front proxy", false, GOOD, 200],
] as const) {
  test(`with a trusted header: ${rule}`, async (t) => {
    const fixture = await start(t, FRONT);
    if (isTrusted) fixture.trusted.add("127.0.0.1");
    for (const path of ["/_status", "/_status/api", "/_metrics"]) {
      assert.equal((await fixture.ask(path, { headers: headers as Record<string, string | string[]> })).status, status);
    }
  });
}

test("without the key no header lets anybody in", async (t) => {
  const fixture = await start(t, BASIC);
  fixture.trusted.add("127.0.0.1");
  assert.equal((await fixture.ask("/_status", { headers: { "remote-user": "anna" } })).status, 401);
});

test("a user logged in at the front is greeted by name, as text", async (t) => {
  const fixture = await start(t, FRONT);
  fixture.trusted.add("127.0.0.1");
  const { text } = await fixture.ask("/_status", { headers: { ...navigation, "remote-user": "<b>anna\u00a0\u0085" } });
  assert.match(text, /Logged in as &lt;b&gt;anna/);
});
