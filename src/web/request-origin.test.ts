import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { isSameOrigin, isSecure } from "./request-origin.ts";

function ask(headers: Record<string, string>, remoteAddress = "192.0.2.1"): IncomingMessage {
  const rawHeaders = Object.entries({ Host: "gw.test:8080", ...headers }).flat();
  return { url: "/_status/stop", headers, rawHeaders, socket: { remoteAddress } } as unknown as IncomingMessage;
}

const isTrusted = (address: string): boolean => address === "10.0.0.1";

const cases: [rule: string, headers: Record<string, string>, allowed: boolean, peer?: string][] = [
  ["a program that says nothing is allowed", {}, true],
  ["a page of ours is allowed", { origin: "http://gw.test:8080", "sec-fetch-site": "same-origin" }, true],
  ["TLS in front of us changes nothing", { origin: "https://gw.test:8080" }, true],
  ["a host is the same in any case", { origin: "http://GW.test:8080" }, true],
  ["another site is refused", { origin: "http://evil.test" }, false],
  ["another port is refused", { origin: "http://gw.test:9090" }, false],
  ["a subdomain is refused", { origin: "http://a.gw.test:8080" }, false],
  ["an origin of null is refused", { origin: "null" }, false],
  ["an origin with a user part is refused", { origin: "http://gw.test:8080@evil.test" }, false],
  ["an origin with a path is refused", { origin: "http://gw.test:8080/" }, false],
  ["an empty origin is refused", { origin: "" }, false],
  ["cross-site by Sec-Fetch-Site alone is refused", { "sec-fetch-site": "cross-site" }, false],
  ["same-site is not same origin", { "sec-fetch-site": "same-site", origin: "http://gw.test:8080" }, false],
  [
    "a stranger's X-Forwarded-Host is not believed",
    { origin: "http://evil.test", "x-forwarded-host": "evil.test" },
    false,
  ],
  [
    "a trusted proxy's X-Forwarded-Host is",
    { origin: "https://admin.example.com", "x-forwarded-host": "admin.example.com" },
    true,
    "10.0.0.1",
  ],
];
for (const [rule, headers, allowed, peer] of cases) {
  test(rule, () => assert.equal(isSameOrigin(ask(headers, peer), isTrusted), allowed));
}

test("a client speaks TLS when a trusted proxy says so, and nobody else", () => {
  assert.equal(isSecure(ask({ "x-forwarded-proto": "https" }, "10.0.0.1"), isTrusted), true);
  assert.equal(isSecure(ask({ "x-forwarded-proto": "https" }), isTrusted), false);
  assert.equal(isSecure(ask({ "x-forwarded-proto": "http" }, "10.0.0.1"), isTrusted), false);
});
