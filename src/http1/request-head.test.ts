import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { authorityOf, originForm } from "./request-head.ts";

describe("the target for the app", () => {
  const targets: readonly (readonly [
    target: string | undefined,
    origin: string | undefined,
    authority: string | undefined,
  ])[] = [
    ["/", "/", undefined],
    ["//host/x", "//host/x", undefined],
    ["/?next=http://b/", "/?next=http://b/", undefined],
    ["*", "*", undefined],
    ["http://a.test/x?y#z", "/x?y#z", "a.test"],
    ["http://a.test:81", "/", "a.test:81"],
    ["http://a.test?q", "/?q", "a.test"],
    ["http://a.test#f", "/#f", "a.test"],
    ["HTTPS://[::1]:8/x", "/x", "[::1]:8"],
    ["http:///x", "/x", ""],
    ["a.test:443", undefined, undefined],
    ["x", undefined, undefined],
    ["", undefined, undefined],
    [undefined, undefined, undefined],
  ];
  for (const [target, origin, authority] of targets) {
    void it(`${target}: ${origin} at ${authority ?? "whom Host names"}`, () => {
      assert.equal(originForm(target), origin);
      assert.equal(authorityOf(target), authority);
    });
  }

  void it("is what was sent, whatever follows the first slash", () => {
    fc.assert(fc.property(fc.string(), (rest) => originForm(`/${rest}`) === `/${rest}`));
  });
});
