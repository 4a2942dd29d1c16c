import assert from "node:assert/strict";
import { test } from "node:test";
import { STATUS_BY_CODE, type ErrorCode } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { Answer } from "./answer.ts";
import { LANGUAGES } from "./language.ts";
import type { ClientFacts, Branding } from "./pages.ts";
import { createResponder, type Responder } from "./responder.ts";

const BRANDING: Branding = {
  name: "app",
  title: "My app",
  message: "",
  color: "",
  icon: "jellyfin",
  logo: "",
  redirectPath: "",
};
const BROWSER: ClientFacts = { kind: "navigation" };
const API: ClientFacts = { kind: "other" };
const FAILURE: Failure = {
  reason: "exited",
  exitCode: 3,
  cause: { code: "exited", exitCode: 3, restarts: false, output: "no database" },
  atMs: 0,
};
const LOADING = {
  branding: BRANDING,
  mode: "proxy",
  phase: "starting",
  elapsedMs: 1_000,
  etaMs: 9_000,
  hasDependencies: false,
} as const;
const responder = createResponder({ templatesDir: "", theme: "default", report: (note) => assert.fail(note) });

const ANSWERS: Readonly<Record<string, (client: ClientFacts) => Answer>> = {
  waking: (client) => responder.loading({ ...LOADING, logs: ["line"] }, client),
  "wake-failed": (client) =>
    responder.failed({ branding: BRANDING, failure: FAILURE, retryMs: 4_200, logs: ["boom"] }, client),
  offline: (client) => responder.offline({ branding: BRANDING, nowMs: 0, untilMs: 7_000, timezone: "UTC" }, client),
  asleep: (client) => responder.asleep({ branding: BRANDING, status: 503 }, client),
  "unknown-host": (client) => responder.unknownHost({ host: "nope.test" }, client),
  ...Object.fromEntries(
    (Object.keys(STATUS_BY_CODE) as ErrorCode[])
      .filter((code) => !["waking", "wake-failed", "offline", "asleep", "unknown-host"].includes(code))
      .map((code) => [code, (client: ClientFacts) => responder.problem(code, {}, client)]),
  ),
};

for (const [code, ask] of Object.entries(ANSWERS)) {
  const status = STATUS_BY_CODE[code as ErrorCode];

  test(`${code}: a browser gets a page, whole, with ${status} and a policy`, () => {
    const answer = ask(BROWSER);
    const headers = headersOf(answer);
    assert.equal(answer.status, status);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["content-length"], String(answer.body.length));
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-robots-tag"], "noindex");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "same-origin");
    assert.equal(headers["x-gateway-code"], code);
    assert.match(headers["vary"] ?? "", /Accept-Language/u);
    const html = answer.body.toString();
    const nonce = /script-src 'nonce-([\w+/=]{24})'/u.exec(headers["content-security-policy"] ?? "")?.[1];
    assert.ok(nonce);
    assert.match(headers["content-security-policy"] ?? "", /^default-src 'none'; /u);
    for (const [tag] of html.matchAll(/<(?:script|style)\b[^>]*>/gu)) assert.ok(tag.includes(`nonce="${nonce}"`), tag);
    assert.match(html, /^<!doctype html>\n<html lang="en">/u);
    assert.match(html, /<\/html>\s*$/u);
    assert.ok(answer.body.length < 30_000, `${answer.body.length} bytes`);
    assert.equal(headers["set-cookie"], undefined);
  });

  test(`${code}: everybody else gets problem+json with ${status}`, () => {
    for (const client of [API, { kind: "upgrade" } as const]) {
      const answer = ask(client);
      const headers = headersOf(answer);
      assert.equal(answer.status, status);
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(headers["content-length"], String(answer.body.length));
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["x-gateway-code"], code);
      const problem = JSON.parse(answer.body.toString());
      assert.equal(problem.type, `urn:docker-awakening-gateway:error:${code}`);
      assert.equal(problem.status, status);
      assert.equal(problem.code, code);
      assert.ok(problem.title && problem.detail);
      assert.equal(headers["retry-after"], problem.retry_after_s?.toString());
    }
  });

  test(`${code}: no page has an address of another host, in any language`, () => {
    for (const acceptLanguage of Object.keys(LANGUAGES)) {
      const answer = ask({ ...BROWSER, acceptLanguage });
      assert.equal(headersOf(answer)["content-language"], acceptLanguage);
      const html = answer.body
        .toString()
        .replaceAll("http://www.w3.org/2000/svg", "")
        .replaceAll(/ nonce="[^"]*"/gu, "");
      assert.doesNotMatch(html, /(?:https?:)?\/\/[a-z]/iu);
      assert.doesNotMatch(html, /undefined|\[object|\{(?:name|time|code|when)\}(?!.*")/u, acceptLanguage);
    }
  });
}

for (const [what, answer, expected] of [
  ["a usual wake: what is left of it", responder.loading(LOADING, API), "8"],
  ["a first wake: a few seconds", responder.loading({ ...LOADING, etaMs: undefined }, API), "5"],
  ["a late wake: at once, but never 0", responder.loading({ ...LOADING, elapsedMs: 60_000 }, API), "1"],
  [
    "a cool-down: its end, rounded up",
    responder.failed({ branding: BRANDING, failure: FAILURE, retryMs: 4_200 }, API),
    "5",
  ],
  [
    "a schedule: its next start",
    responder.offline({ branding: BRANDING, nowMs: 0, untilMs: 7_000, timezone: "UTC" }, API),
    "7",
  ],
  [
    "a schedule without a next start: nothing",
    responder.offline({ branding: BRANDING, nowMs: 0, untilMs: undefined, timezone: "UTC" }, API),
    undefined,
  ],
  ["too many requests: as told", responder.problem("rate-limited", { retryMs: 300 }, API), "1"],
  ["an unknown host: nothing", responder.unknownHost({ host: "x.test" }, API), undefined],
] as const) {
  test(`Retry-After tells after ${what}`, () => assert.equal(headersOf(answer)["retry-after"], expected));
}

test("a failed wake tells programs the reason, the exit code and the last lines", () => {
  const { reason, exit_code, log, container, detail } = JSON.parse(ANSWERS["wake-failed"]!(API).body.toString());
  assert.deepEqual(
    { reason, exit_code, log, container, detail },
    {
      reason: "exited",
      exit_code: 3,
      log: ["boom"],
      container: "app",
      detail: "ended while starting with exit code 3: no database",
    },
  );
});

test("without leave to show logs neither page nor problem has a line of them", () => {
  const page = { branding: BRANDING, failure: FAILURE, retryMs: 0 };
  assert.equal(JSON.parse(responder.failed(page, API).body.toString()).log, undefined);
  assert.doesNotMatch(responder.failed(page, BROWSER).body.toString(), /id="log"/u);
  assert.doesNotMatch(responder.loading(LOADING, BROWSER).body.toString(), /id="log"/u);
});

test("what the script is given cannot end its attribute, whatever the names are", () => {
  const evil = `</script><script>alert(1)</script>"'>\u2028`;
  const branding = { ...BRANDING, name: evil, title: evil };
  const html = quiet()
    .loading({ ...LOADING, branding }, BROWSER)
    .body.toString();
  assert.equal(html.match(/<script/gu)?.length, 1);
  const data = /data-wake="([^"]*)"/u.exec(html)?.[1] ?? "";
  const wake = JSON.parse(unescape(data));
  assert.equal(wake.name, `</script><script>alert(1)</script>"'> `);
});

test("a nonce is used once", () => {
  const policies = Array.from(
    { length: 50 },
    () => headersOf(responder.loading(LOADING, BROWSER))["content-security-policy"],
  );
  assert.equal(new Set(policies).size, 50);
});

test("visitor pages may be framed; a page that acts may not", () => {
  assert.doesNotMatch(
    headersOf(responder.loading(LOADING, BROWSER))["content-security-policy"] ?? "",
    /frame-ancestors/u,
  );
  const admin = responder.page("scene.html", {}, BROWSER, { frameAncestors: "none", headers: ["X-Extra", "1"] });
  assert.equal(admin.status, 200);
  assert.match(headersOf(admin)["content-security-policy"] ?? "", /frame-ancestors 'none'/u);
  assert.equal(headersOf(admin)["x-extra"], "1");
});

test("the polled bodies have the reference's fields, and come under 503 in an auth request", () => {
  const facts = {
    status: "failed",
    error: "exit\u202e",
    phase: undefined,
    elapsedMs: 1.4,
    etaMs: undefined,
    retryMs: 10,
    failure: FAILURE,
  } as const;
  const health = responder.health(facts, "proxy", { acceptLanguage: "de" });
  assert.equal(health.status, 200);
  assert.equal(headersOf(health)["x-gateway-code"], undefined);
  assert.deepEqual(JSON.parse(health.body.toString()), {
    status: "failed",
    error: "exit",
    phase: "",
    elapsed_ms: 1,
    eta_ms: null,
    reason: "exited",
    exit_code: 3,
    sentence: "Sie wurde gestartet, hat sich aber mit Exit-Code 3 beendet.",
    words: "no database",
    retry_after_s: 1,
  });
  assert.equal(responder.health(facts, "forward-auth", {}).status, 503);
  assert.deepEqual(JSON.parse(responder.logs(["a\u202e"], "proxy").body.toString()), { lines: ["a"] });
});

/** Decodes an attribute as a browser does. */
function unescape(text: string): string {
  const named: Record<string, string> = { quot: '"', lt: "<", gt: ">", amp: "&" };
  return text.replace(/&(?:#(\d+)|(\w+));/gu, (_, digits: string | undefined, name: string) =>
    digits === undefined ? (named[name] ?? "?") : String.fromCodePoint(Number(digits)),
  );
}

function quiet(): Responder {
  return createResponder({ templatesDir: "", theme: "default", report: () => {} });
}

function headersOf({ headers }: Answer): Record<string, string | undefined> {
  assert.equal(headers.length % 2, 0);
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1]] as const] : [],
  );
  assert.equal(new Set(pairs.map(([name]) => name)).size, pairs.length, "no header twice");
  return Object.fromEntries(pairs);
}
