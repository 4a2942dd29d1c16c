import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AdminAuth } from "../../src/core/settings.ts";
import { navigation, type RequestSpec } from "../support/http.ts";
import { APP_STATUS, type EndpointsServer, startEndpoints } from "./endpoints-server.ts";
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
  test(`${path} is shown to whoever has the right credentials, and to nobody else`, async (t) => {
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

  test(`${path} is neither stored, framed nor sniffed, and says nothing of express`, async (t) => {
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

test("a token is asked for where a token is configured", async (t) => {
  const { ask } = await start(t, BEARER);
  const refused = await ask("/_metrics");
  assert.equal(refused.status, 401);
  assert.equal(refused.headers["www-authenticate"], 'Bearer realm="gateway"');
  assert.equal((await ask("/_metrics", { headers: { authorization: "Bearer t0ken" } })).status, 200);
});

test("a program is told by a problem document, a person by a page with a challenge", async (t) => {
  const { ask } = await start(t, BASIC);
  const program = await ask("/_status");
  assert.equal(program.headers["content-type"], "application/problem+json");
  assert.equal(program.headers["www-authenticate"], 'Basic realm="gateway", charset="UTF-8"');
  const person = await ask("/_status", { headers: navigation });
  assert.equal(person.status, 401);
  assert.match(String(person.headers["content-type"]), /^text\/html/);
});

test("health, logs, live and ready need no credentials", async (t) => {
  const { ask } = await start(t, BASIC);
  for (const path of ["/_health?container=app", "/_logs?container=app", "/_live", "/_ready"]) {
    assert.equal((await ask(path)).status, 200, path);
  }
});

test("wrong credentials are told with address and path, and never with what was given", async (t) => {
  const { ask, told } = await start(t, BASIC);
  await ask("/_status/api?x=secret", { headers: BAD });
  await ask("/_status/api");
  assert.deepEqual(
    told.filter(({ type }) => type === "login-failed"),
    [{ type: "login-failed", address: "127.0.0.1", path: "/_status/api" }],
  );
});

test("after ten wrong guesses an address has to wait, the right ones included, and nobody else has to", async (t) => {
  const house = await start(t, BASIC);
  house.trusted.add("127.0.0.1");
  const from = (address: string, headers: Record<string, string>) => ({
    headers: { ...headers, "x-forwarded-for": address },
  });
  for (let guess = 0; guess < 10; guess += 1) {
    assert.equal((await house.ask("/_status", from("192.0.2.1", BAD))).status, 401);
  }
  const limited = await house.ask("/_status", from("192.0.2.1", GOOD));
  assert.equal(limited.status, 429);
  assert.equal(limited.headers["retry-after"], "6");
  assert.equal((await house.ask("/_status", from("192.0.2.1", {}))).status, 401, "no guess is no guess");
  assert.equal((await house.ask("/_status", from("192.0.2.2", GOOD))).status, 200);
  await house.clock.advance(6_000);
  assert.equal((await house.ask("/_status", from("192.0.2.1", GOOD))).status, 200);
});

test("a thousand guesses at once are no more than ten", async (t) => {
  const { ask } = await start(t, BASIC);
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask("/_status", { headers: BAD })));
  assert.equal(answers.filter(({ status }) => status === 401).length, 10);
  assert.equal(answers.filter(({ status }) => status === 429).length, 190);
});

async function login(house: EndpointsServer, body: string, spec: Omit<RequestSpec, "port" | "path"> = {}) {
  const headers = { "content-type": "application/x-www-form-urlencoded", ...spec.headers };
  return house.ask("/_status/login", { ...spec, method: "POST", body, headers });
}

test("a login gives a cookie for the admin pages alone, which opens them on its own host until it ends", async (t) => {
  const house = await start(t, BASIC);
  const answer = await login(house, new URLSearchParams({ username: "admin", password: "pässword" }).toString());
  assert.equal(answer.status, 200);
  const cookies = answer.headers["set-cookie"] ?? [];
  assert.deepEqual(
    cookies.map((cookie) => cookie.replace(/=[\w-]{43};/, "=ID;")),
    ["/_status", "/_topology", "/_metrics"].map(
      (path) => `dag_session=ID; Path=${path}; Max-Age=43200; HttpOnly; SameSite=Strict`,
    ),
  );
  const cookie = `theme=dark; ${cookies[0]!.split(";")[0]!}; x=y`;
  assert.equal((await house.ask("/_status", { headers: { cookie } })).status, 200);
  assert.equal((await house.ask("/_status", { headers: { cookie }, host: "other.test" })).status, 401);
  assert.equal((await house.ask("/_status", { headers: { cookie: `${cookie}0` } })).status, 200);
  assert.equal((await house.ask("/_status", { headers: { cookie: cookie.replace("; x=y", "0") } })).status, 401);
  await house.clock.advance(12 * 3_600_000);
  assert.equal((await house.ask("/_status", { headers: { cookie } })).status, 401);
});

test("a logout ends the session, and not only its cookie", async (t) => {
  const house = await start(t, BEARER);
  const [first = ""] = (await login(house, "token=t0ken")).headers["set-cookie"] ?? [];
  const cookie = first.split(";")[0]!;
  const out = await house.ask("/_status/logout", { method: "POST", headers: { cookie } });
  assert.match(String(out.headers["set-cookie"]), /dag_session=; Path=\/_status; Max-Age=0/);
  assert.equal((await house.ask("/_status", { headers: { cookie } })).status, 401);
});

test("a cookie is bound to TLS where the client speaks it", async (t) => {
  const house = await start(t, BEARER);
  house.trusted.add("127.0.0.1");
  const answer = await login(house, "token=t0ken", { headers: { "x-forwarded-proto": "https" } });
  assert.ok(answer.headers["set-cookie"]?.every((cookie) => cookie.endsWith("; Secure")));
});

test("a browser that sent the form goes on to the dashboard", async (t) => {
  const answer = await login(await start(t, BEARER), "token=t0ken", { headers: { accept: "text/html" } });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], "/_status");
});

for (const [rule, body, headers, status] of [
  ["a wrong login is refused", "token=wrong", {}, 401],
  ["an empty login is refused", "", {}, 401],
  ["of a field that comes twice nothing is taken", "token=t0ken&token=t0ken", {}, 401],
  ["a login from another site is refused", "token=t0ken", { origin: "http://evil.test" }, 403],
  ["a login that is too large is refused", `token=${"x".repeat(10_000)}`, {}, 400],
  ["a body of another type is no login", '{"token":"t0ken"}', { "content-type": "application/json" }, 401],
] as const) {
  test(rule, async (t) => {
    const answer = await login(await start(t, BEARER), body, { headers });
    assert.equal(answer.status, status);
    assert.equal(answer.headers["set-cookie"], undefined);
  });
}

test("a login is guessed no faster than a header", async (t) => {
  const house = await start(t, BEARER);
  for (let guess = 0; guess < 10; guess += 1) await login(house, `token=${guess}`);
  assert.equal((await login(house, "token=t0ken")).status, 429);
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
