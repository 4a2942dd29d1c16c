import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AdminAuth } from "../../core/settings.ts";
import { areRight, readAuthorization } from "./credentials.ts";

const basic: AdminAuth = { method: "basic", username: "admin", password: "a:b c€" };
const bearer: AdminAuth = { method: "bearer", token: "t0ken" };

function encode(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

const cases: [rule: string, auth: AdminAuth, header: string, right: boolean][] = [
  ["the right user and password are right", basic, encode("admin:a:b c€"), true],
  ["the scheme may be written in any case", basic, encode("admin:a:b c€").replace("Basic", "bASIC"), true],
  ["a wrong password is wrong", basic, encode("admin:a:b c"), false],
  ["a wrong user is wrong", basic, encode("root:a:b c€"), false],
  ["an empty password is wrong", basic, encode("admin:"), false],
  ["a pair without a colon is wrong", basic, encode("admin"), false],
  ["a token is no password", basic, "Bearer a:b c€", false],
  ["the right token is right", bearer, "Bearer t0ken", true],
  ["a token with more behind it is wrong", bearer, "Bearer t0ken t0ken", false],
  ["the beginning of a token is wrong", bearer, "Bearer t0ke", false],
  ["a password is no token", bearer, encode("x:t0ken"), false],
  ["an unknown scheme is wrong", bearer, "Digest t0ken", false],
  ["an empty header is wrong", bearer, "", false],
  ["an empty secret is never right", { method: "bearer", token: "" }, "Bearer ", false],
  ["empty user and password neither", { method: "basic", username: "", password: "" }, encode(":"), false],
];
for (const [rule, auth, header, right] of cases) {
  test(rule, () => {
    const given = readAuthorization(header);
    assert.equal(given !== undefined && areRight(auth, given), right);
  });
}

test("whatever stands in the header, nothing is thrown and nothing but the secret is right", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (header) => {
      const given = readAuthorization(header);
      return given !== undefined && !areRight(bearer, given) && !areRight(basic, given);
    }),
  );
});
