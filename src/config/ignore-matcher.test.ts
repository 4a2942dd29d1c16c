import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAddressSet } from "./address-set.ts";
import { createIgnoreMatcher } from "./ignore-matcher.ts";

const NOTHING = { userAgents: [], paths: [], methods: [], ips: [], status: 503 as const };
const FACTS = { method: "GET", path: "/", userAgent: "Mozilla/5.0", address: "203.0.113.7" };

describe("a must-not-wake rule", () => {
  const rows: [string, object, object, boolean][] = [
    ["matches nothing when it says nothing", {}, {}, false],
    [
      "matches part of a user agent in any case",
      { userAgents: ["uptime-kuma"] },
      { userAgent: "Uptime-Kuma/1.2" },
      true,
    ],
    ["matches a path exactly", { paths: ["/metrics"] }, { path: "/metrics?x=1#y" }, true],
    ["matches the path of an absolute target", { paths: ["/metrics"] }, { path: "http://app.test/metrics?x=1" }, true],
    ["does not match a longer path", { paths: ["/metrics"] }, { path: "/metrics/x" }, false],
    ["takes * for any run", { paths: ["/api/*/health*"] }, { path: "/api/v1/deep/healthz" }, true],
    ["wants every part in order", { paths: ["/a*b*c"] }, { path: "/axcxb" }, false],
    ["does not let parts overlap", { paths: ["/ab*ba"] }, { path: "/aba" }, false],
    ["matches a method", { methods: ["HEAD"] }, { method: "HEAD" }, true],
    ["matches an address range", { ips: ["203.0.113.0/24"] }, {}, true],
  ];
  for (const [what, rules, facts, expected] of rows) {
    it(what, () => {
      assert.equal(createIgnoreMatcher()({ ...NOTHING, ...rules }, { ...FACTS, ...facts }), expected);
    });
  }

  it("is not slow on any path", () => {
    const rules = { ...NOTHING, paths: [`/${"*a".repeat(50)}b`] };
    const started = performance.now();
    createIgnoreMatcher()(rules, { ...FACTS, path: `/${"a".repeat(50_000)}` });
    assert.ok(performance.now() - started < 5_000);
  });
});

describe("an address set", () => {
  const inside = createAddressSet(["10.0.0.0/8", "fd00::/8", "127.0.0.1/32"]);
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1", "127.0.0.1"]) {
    it(`holds ${address}`, () => assert.equal(inside(address), true));
  }
  for (const address of ["11.0.0.1", "::1", "", "10.0.0.0/8", "10.0.0.1, 1.2.3.4", "evil"]) {
    it(`does not hold ${JSON.stringify(address)}`, () => assert.equal(inside(address), false));
  }
});
