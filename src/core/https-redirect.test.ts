import assert from "node:assert/strict";
import { test } from "node:test";
import { isRedirectToHttps } from "./https-redirect.ts";

const cases: [rule: string, status: number, location: string | undefined, is: boolean][] = [
  ["the same by https", 301, "https://app.test/up?full=1", true],
  ["at the port of whatever ends TLS, in any case", 308, "HTTPS://App.Test:8443/up?full=1", true],
  ["another path", 302, "https://app.test/login", false],
  ["another query", 302, "https://app.test/up", false],
  ["another host", 302, "https://login.test/up?full=1", false],
  ["a host that only begins so", 302, "https://app.test.evil.test/up?full=1", false],
  ["the same by http", 301, "http://app.test/up?full=1", false],
  ["a relative one", 302, "/up?full=1", false],
  ["one without a location", 302, undefined, false],
  ["one that is no address", 302, "https://[", false],
  ["no redirect", 200, "https://app.test/up?full=1", false],
];
for (const [rule, status, location, is] of cases) {
  test(`a redirect to https is ${is ? "" : "not "}${rule}`, () => {
    assert.equal(isRedirectToHttps(status, location, "app.test:8080", "/up?full=1"), is);
  });
}
