import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AdminAuth } from "../../src/core/settings.ts";
import { type Answer, navigation, type RequestSpec } from "../support/http.ts";
import { type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const BASIC: AdminAuth = { method: "basic", username: "admin", password: "pässword" };
const BEARER: AdminAuth = { method: "bearer", token: "t0ken" };

function start(t: TestContext, adminAuth: AdminAuth): Promise<EndpointsServer> {
  return startEndpoints(t, settingsOf([{ name: "app" }], { gateway: { adminAuth } }));
}

function login({ ask }: EndpointsServer, body: string, spec: Omit<RequestSpec, "port" | "path"> = {}): Promise<Answer> {
  const headers = { "content-type": "application/x-www-form-urlencoded", ...spec.headers };
  return ask("/_status/login", { ...spec, method: "POST", body, headers });
}

function cookieOf({ headers }: Answer): string {
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

/** Opens the form as a browser does, and sends it. */
async function fillIn(
  fixture: EndpointsServer,
  fields: Record<string, string>,
  path = "/_status/login",
): Promise<Answer> {
  const form = await fixture.ask(path, { headers: navigation });
  const hidden = [...form.text.matchAll(/name="(csrf|next)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")] as [string, string],
  );
  const headers = { ...navigation, cookie: cookieOf(form), origin: "http://app.test", "user-agent": "Mozilla/5.0" };
  return login(fixture, new URLSearchParams([...hidden, ...Object.entries(fields)]).toString(), { headers });
}

test("a login gives a cookie for the admin pages alone, which opens them on its own host until it ends", async (t) => {
  const fixture = await start(t, BASIC);
  const answer = await login(fixture, new URLSearchParams({ username: "admin", password: "pässword" }).toString());
  assert.equal(answer.status, 200);
  const cookies = answer.headers["set-cookie"] ?? [];
  assert.deepEqual(
    cookies.map((cookie) => cookie.replace(/=[\w-]{43};/, "=ID;")),
    ["/_status", "/_topology", "/_metrics"].map(
      (path) => `dag_session=ID; Path=${path}; Max-Age=43200; HttpOnly; SameSite=Strict`,
    ),
  );
  const cookie = `theme=dark; ${cookieOf(answer)}; x=y`;
  assert.equal((await fixture.ask("/_status", { headers: { cookie } })).status, 200);
  assert.equal((await fixture.ask("/_status", { headers: { cookie: `${cookie}0` } })).status, 200);
  assert.equal((await fixture.ask("/_status", { headers: { cookie: cookie.replace("; x=y", "0") } })).status, 401);
  await fixture.clock.advance(12 * 3_600_000);
  assert.equal((await fixture.ask("/_status", { headers: { cookie } })).status, 401);
});

test("a session that was stolen on one host is not valid on another host or port", async (t) => {
  const fixture = await start(t, BEARER);
  const cookie = cookieOf(await login(fixture, "token=t0ken"));
  for (const [host, status] of [
    ["app.test", 200],
    ["APP.test", 200],
    ["other.test", 401],
    ["app.test:8080", 401],
    ["app.test.evil.test", 401],
  ] as const) {
    assert.equal((await fixture.ask("/_status", { headers: { cookie }, host })).status, status, host);
  }
});

test("a logout ends the session, and not only its cookie", async (t) => {
  const fixture = await start(t, BEARER);
  const inside = await login(fixture, "token=t0ken");
  const headers = { cookie: cookieOf(inside), "x-csrf-token": inside.json().csrf };
  const out = await fixture.ask("/_status/logout", { method: "POST", headers });
  assert.equal(out.status, 200);
  assert.match(String(out.headers["set-cookie"]), /dag_session=; Path=\/_status; Max-Age=0/);
  assert.equal((await fixture.ask("/_status", { headers })).status, 401);
});

test("a cookie is bound to TLS if the client uses it", async (t) => {
  const fixture = await start(t, BEARER);
  fixture.trusted.add("127.0.0.1");
  const headers = { "x-forwarded-proto": "https" };
  const answer = await login(fixture, "token=t0ken", { headers });
  assert.ok(answer.headers["set-cookie"]?.every((cookie) => cookie.endsWith("; Secure")));
  const form = await fixture.ask("/_status/login", { headers: { ...navigation, ...headers } });
  assert.match(
    String(form.headers["set-cookie"]),
    /^dag_visitor=[\w-]{22}; Path=\/_status; HttpOnly; SameSite=Strict; Secure$/,
  );
});

for (const [asked, next] of [
  ["/_status/login", "/_status"],
  ["/_status/login?next=%2F_topology", "/_topology"],
  ["/_status/login?next=%2F_status%3Fq%3Da%2526b%26sort%3Dwakes", "/_status?q=a%26b&sort=wakes"],
  ["/_status/login?next=%2F_status%2Flogin", "/_status"],
  ["/_status/login?next=%2F_status%2Fevents", "/_status"],
  ["/_status/login?next=%2Fapp", "/_status"],
  ["/_status/login?next=%2F%2Fevil.test%2F_status", "/_status"],
  ["/_status/login?next=https%3A%2F%2Fevil.test%2F_status", "/_status"],
  ["/_status/login?next=%2F_status%2F..%2F..%2Fapp", "/_status"],
  ["/_status/login?next=%2F_status%3Fx%0D%0ASet-Cookie%3A%20a%3Db", "/_status?xSet-Cookie:%20a=b"],
  ["/_status/login?next=%5C%5Cevil.test", "/_status"],
  ["/_status/login?next=javascript%3Aalert(1)", "/_status"],
] as const) {
  test(`a browser that sent the form of ${asked} goes on to ${next}`, async (t) => {
    const answer = await fillIn(await start(t, BEARER), { token: "t0ken" }, asked);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers["location"], next);
    assert.equal(answer.headers["set-cookie"]?.length, 3);
  });
}

test("a logged-in user needs no second login, and without credentials there is none", async (t) => {
  const fixture = await start(t, BASIC);
  const cookie = cookieOf(await fillIn(fixture, { username: "admin", password: "pässword" }));
  const restart = await fixture.ask("/_status/login?next=%2F_topology", { headers: { ...navigation, cookie } });
  assert.equal(restart.headers["location"], "/_topology");
  const open = await start(t, { method: "none" });
  assert.equal((await open.ask("/_status/login", { headers: navigation })).headers["location"], "/_status");
});

test("a wrong login shows the form again, and says so, without a browser's own dialog", async (t) => {
  const answer = await fillIn(await start(t, BASIC), { username: "admin", password: `"><script>` });
  assert.equal(answer.status, 401);
  assert.match(answer.text, /role="alert" id="fault">Wrong username, password, or token/);
  assert.doesNotMatch(answer.text, /"><script>|value="admin"/);
  assert.equal(answer.headers["www-authenticate"], undefined);
});

test("too many wrong logins say how long to wait, on the page and in a header", async (t) => {
  const fixture = await start(t, BEARER);
  for (let guess = 0; guess < 10; guess += 1) assert.equal((await fillIn(fixture, { token: "no" })).status, 401);
  const answer = await fillIn(fixture, { token: "t0ken" });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers["retry-after"], "6");
  assert.match(answer.text, /Try again in 6\u00a0s/);
  await fixture.clock.advance(6_000);
  assert.equal((await fillIn(fixture, { token: "t0ken" })).status, 303);
});

for (const [rule, body, headers, status] of [
  ["a wrong login is refused", "token=wrong", {}, 401],
  ["an empty login is refused", "", {}, 401],
  ["a field that is sent twice is ignored", "token=t0ken&token=t0ken", {}, 401],
  ["a login from another site is refused", "token=t0ken", { origin: "http://evil.test" }, 403],
  [
    "a browser's login without the form's token is refused",
    "token=t0ken",
    { origin: "http://app.test", cookie: "x=y" },
    403,
  ],
  ["a login that is too large is refused", `token=${"x".repeat(10_000)}`, {}, 400],
  ["a body of another type is not a login", '{"token":"t0ken"}', { "content-type": "application/json" }, 401],
] as const) {
  test(rule, async (t) => {
    const answer = await login(await start(t, BEARER), body, { headers });
    assert.equal(answer.status, status);
    assert.equal(answer.headers["set-cookie"], undefined);
  });
}

test("a login is guessed no faster than a header", async (t) => {
  const fixture = await start(t, BEARER);
  for (let guess = 0; guess < 10; guess += 1) await login(fixture, `token=${guess}`);
  assert.equal((await login(fixture, "token=t0ken")).status, 429);
});
