import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exchange, isOk, OK } from "./proxy-exchange.ts";

describe("the request target for the app", () => {
  const targets: readonly (readonly [sent: string, seen: string, host?: string])[] = [
    ["/", "/"],
    ["//evil.test/x", "//evil.test/x"],
    ["/a/../b/./c//d", "/a/../b/./c//d"],
    ["/%2e%2e/%2F%00%zz", "/%2e%2e/%2F%00%zz"],
    ["/?", "/?"],
    ["/?a=b&c=%20+?/#frag", "/?a=b&c=%20+?/#frag"],
    ['/a\\b|c{d}"<>^`', '/a\\b|c{d}"<>^`'],
    ["http://other.test/x?y", "/x?y", "other.test"],
    ["http://other.test:81", "/", "other.test:81"],
    ["HTTP://other.test?q", "/?q", "other.test"],
    ["/http://not.absolute/", "/http://not.absolute/"],
  ];
  for (const [sent, seen, host = "a"] of targets) {
    void it(`${sent} is ${seen} at ${host}`, async (t) => {
      const { head } = await exchange(t, `GET ${sent} HTTP/1.1\r\nHost: a\r\n\r\n`, OK, isOk);
      assert.equal(head.split("\r\n")[0], `GET ${seen} HTTP/1.1`);
      assert.match(head, new RegExp(`^host: ${host}\r?$`, "imu"));
    });
  }

  void it("OPTIONS * is forwarded to the app", async (t) => {
    const { head } = await exchange(t, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", OK, isOk);
    assert.equal(head.split("\r\n")[0], "OPTIONS * HTTP/1.1");
  });
});
