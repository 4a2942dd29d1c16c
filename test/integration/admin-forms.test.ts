import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { AdminAuth } from "../../src/core/settings.ts";
import { type Answer, navigation } from "../support/http.ts";
import { type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const BASIC: AdminAuth = { method: "basic", username: "admin", password: "pw" };
const AUTHORIZED = { authorization: `Basic ${Buffer.from("admin:pw").toString("base64")}` };
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** What a browser sends with a form of ours. */
const BROWSER = { ...navigation, ...FORM, origin: "http://app.test", "sec-fetch-site": "same-origin" };

async function open(t: TestContext, adminAuth: AdminAuth = { method: "none" }) {
  const fixture = await startEndpoints(
    t,
    settingsOf([{ name: "app", idleTimeoutMs: 60_000 }], { gateway: { adminAuth } }),
  );
  const page = await fixture.ask("/_status?q=app&sort=wakes", { headers: { ...navigation, ...AUTHORIZED } });
  return { fixture, page, token: tokenOf(page), cookie: cookieOf(page) };
}

function tokenOf({ text }: Answer): string {
  return /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? assert.fail("the page has no token");
}

function cookieOf({ headers }: Answer): string {
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

function post({ ask }: EndpointsServer, path: string, headers: Record<string, string>, body = ""): Promise<Answer> {
  return ask(path, { method: "POST", headers: { ...AUTHORIZED, ...headers }, body });
}

test("a form of a page wakes, and redirects back to the same view of it", async (t) => {
  const { fixture, page, token, cookie } = await open(t);
  const back = /name="back" value="([^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const body = new URLSearchParams({ csrf: token, back }).toString();
  const answer = await post(fixture, "/_status/wake?container=app", { ...BROWSER, cookie }, body);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], "/_status?q=app&sort=wakes");
  await fixture.clock.advance(1_000);
  assert.equal(fixture.record("app").state.status, "ready");
});

test("a page's script is answered with JSON, and may send the token as a header", async (t) => {
  const { fixture, token, cookie } = await open(t);
  const headers = { origin: "http://app.test", accept: "application/json", cookie, "x-csrf-token": token };
  const answer = await post(fixture, "/_status/wake?container=app", headers);
  assert.equal(answer.status, 202);
  assert.deepEqual(answer.json(), { ok: true });
});

test("a program needs no token", async (t) => {
  const { fixture } = await open(t, BASIC);
  const nodeFetch = { accept: "*/*", "sec-fetch-mode": "cors", "user-agent": "node" };
  for (const headers of [{}, FORM, { "user-agent": "curl/8.14.1" }, nodeFetch] as Record<string, string>[]) {
    assert.equal((await post(fixture, "/_status/wake?container=app", headers)).status, 202);
  }
});

test("a program with our own origin needs no token either: one of our pages would have sent its cookie", async (t) => {
  const { fixture } = await open(t, BASIC);
  const own = { origin: "http://app.test" };
  assert.equal((await post(fixture, "/_status/wake?container=app", own)).status, 202);
  assert.equal((await post(fixture, "/_status/wake?container=app", { ...own, cookie: "x=y" })).status, 403);
});

for (const adminAuth of [{ method: "none" }, BASIC] as const satisfies readonly AdminAuth[]) {
  for (const path of ["/_status/wake", "/_status/stop", "/_status/pin", "/_status/logout", "/_status/login"]) {
    test(`${adminAuth.method}: POST ${path} of a browser is refused without its page's token`, async (t) => {
      const { fixture, token, cookie } = await open(t, adminAuth);
      const other = await fixture.ask("/_status", { headers: { ...navigation, ...AUTHORIZED } });
      const target = `${path}?container=app&for=1h`;
      const fields = "username=admin&password=pw&";
      for (const [what, headers, body] of [
        ["no token", { ...BROWSER, cookie }, ""],
        ["an empty token", { ...BROWSER, cookie }, "csrf="],
        ["a wrong token", { ...BROWSER, cookie }, `csrf=${token.replace(/^./, (c) => (c === "A" ? "B" : "A"))}`],
        ["a shorter token", { ...BROWSER, cookie }, `csrf=${token.slice(1)}`],
        ["a token that is sent twice", { ...BROWSER, cookie }, `csrf=${token}&csrf=${token}`],
        ["an empty cookie", { ...BROWSER, cookie: "" }, `csrf=${token}`],
        ["another visitor's cookie", { ...BROWSER, cookie: cookieOf(other) }, `csrf=${token}`],
        ["a cookie that was made up", { ...BROWSER, cookie: "dag_visitor=x" }, `csrf=${token}`],
        ["another site", { ...BROWSER, cookie, origin: "http://evil.test" }, `csrf=${token}`],
        ["a sister site", { ...BROWSER, cookie, "sec-fetch-site": "same-site" }, `csrf=${token}`],
        ["an opaque origin", { ...BROWSER, cookie, origin: "null" }, `csrf=${token}`],
        ["an old browser that does not send its origin", { ...FORM, "user-agent": "Mozilla/5.0 (old)" }, ""],
      ] as const) {
        const answer = await post(fixture, target, headers, fields + body);
        assert.equal(answer.status, 403, what);
        assert.equal(answer.headers["set-cookie"], undefined, what);
      }
      assert.notEqual((await post(fixture, target, { ...BROWSER, cookie }, `${fields}csrf=${token}`)).status, 403);
    });
  }
}

test("a token is not valid on another host", async (t) => {
  const { fixture, token, cookie } = await open(t);
  const headers = { ...BROWSER, cookie, origin: "http://other.test" };
  const spec = { method: "POST", headers, host: "other.test", body: `csrf=${token}` };
  assert.equal((await fixture.ask("/_status/wake?container=app", spec)).status, 403);
});

for (const back of ["//evil.test", "https://evil.test/_status", "/app", "javascript:alert(1)", "", "/_status/../app"]) {
  test(`a form leads back to the dashboard, not to ${JSON.stringify(back)}`, async (t) => {
    const { fixture, token, cookie } = await open(t);
    const body = new URLSearchParams({ csrf: token, back }).toString();
    const answer = await post(fixture, "/_status/wake?container=app", { ...BROWSER, cookie }, body);
    assert.equal(answer.headers["location"], "/_status");
  });
}

test("a form sent after the session has ended redirects to the login", async (t) => {
  const { fixture } = await open(t, BASIC);
  const spec = { method: "POST", headers: BROWSER, body: "csrf=x" };
  const answer = await fixture.ask("/_status/wake?container=app", spec);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers["location"], "/_status/login");
});

test("a person whose form is refused sees a page", async (t) => {
  const { fixture, cookie } = await open(t);
  const answer = await post(fixture, "/_status/wake?container=app", { ...BROWSER, cookie });
  assert.equal(answer.status, 403);
  assert.match(String(answer.headers["content-type"]), /^text\/html/);
});
