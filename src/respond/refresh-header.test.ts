import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "./answer.ts";
import { createResponder } from "./responder.ts";

const BRANDING = { name: "app", title: "App", message: "", color: "", icon: "", logo: "", redirectPath: "" };
const BROWSER = { kind: "navigation" } as const;
const API = { kind: "other" } as const;
const FAILURE = {
  reason: "exited",
  exitCode: 3,
  cause: { code: "refused", message: "exited with code 3" },
  atMs: 0,
} as const;
const LOADING = {
  branding: BRANDING,
  mode: "proxy",
  phase: "starting",
  elapsedMs: 1_000,
  etaMs: 3_000,
  hasDependencies: false,
} as const;

const responder = createResponder({ templatesDir: "", theme: "default", report: () => {} });

for (const [client, expected] of [
  [{ target: "/deep?q=1&r=%22;x" }, "5; url=?q=1&r=%22;x"],
  [{ target: "/deep" }, "5; url=?"],
  [{ target: "/deep#part?q=1" }, "5; url=?"],
  [{ target: "//evil.example/" }, "5; url=?"],
  [{ target: "http://evil.example/?q=1" }, "5; url=?q=1"],
  [{ target: `/?${"x".repeat(2_000)}` }, "5"],
  [{ target: "/?q=1&to=//evil.example/" }, "5; url=?q=1&to=//evil.example/"],
  [{}, "5"],
] as const) {
  test(`without script ${JSON.stringify(client).slice(0, 60)} is asked for again, and no other host ever is`, () => {
    const pages = [
      responder.loading(LOADING, { ...BROWSER, ...client }),
      responder.problem("too-many-pending", {}, { ...BROWSER, ...client }),
      responder.offline({ branding: BRANDING, nowMs: 0, untilMs: 4_000, timezone: "UTC" }, { ...BROWSER, ...client }),
    ];
    for (const page of pages) assert.equal(refreshOf(page), expected);
  });
}

test("without script the page goes to the redirect_path, without the fragment that would make it a jump", () => {
  const branding = { ...BRANDING, redirectPath: "/web/Am\u00e9lie?a=1#/start" };
  const page = responder.loading({ ...LOADING, branding }, { ...BROWSER, target: "/" });
  assert.equal(refreshOf(page), "5; url=/web/Am%C3%A9lie?a=1");
});

for (const [what, page] of [
  [
    "a failure, whose next try is a person's",
    () => responder.failed({ branding: BRANDING, failure: FAILURE, retryMs: 5_000 }, BROWSER),
  ],
  ["what a retry cannot fix", () => responder.problem("forbidden", {}, BROWSER)],
  [
    "what opens tomorrow or later",
    () => responder.offline({ branding: BRANDING, nowMs: 0, untilMs: 90_000_000, timezone: "UTC" }, BROWSER),
  ],
  ["an app that must not be woken", () => responder.asleep({ branding: BRANDING, status: 503 }, BROWSER)],
  ["an answer to a program", () => responder.loading(LOADING, API)],
] as const) {
  test(`${what} does not reload by itself`, () => assert.equal(refreshOf(page()), undefined));
}

function refreshOf({ headers }: Answer): string | undefined {
  const at = headers.indexOf("Refresh");
  return at === -1 ? undefined : headers[at + 1];
}
