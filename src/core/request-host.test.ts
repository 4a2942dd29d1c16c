import assert from "node:assert/strict";
import { it } from "node:test";
import { CONFLICT, requestHost, requestPath } from "./request-host.ts";

const HOSTS: [string, string, string[], unknown][] = [
  ["the Host header, as it was sent", "/", ["Accept", "*/*", "hOsT", "App.test:80"], "App.test:80"],
  ["nothing without one", "/", ["Accept", "*/*"], undefined],
  ["a conflict when there are two", "/", ["Host", "a", "host", "a"], CONFLICT],
  ["the authority of an absolute target", "http://b.test:8080/x", ["Host", "a.test"], "b.test:8080"],
  ["the Host header for an asterisk target", "*", ["Host", "a.test"], "a.test"],
];

for (const [what, target, headers, expected] of HOSTS) {
  it(`takes ${what}`, () => assert.equal(requestHost(target, headers), expected));
}

const PATHS: [string, string][] = [
  ["/a/b?c=d", "/a/b"],
  ["/a#b?c", "/a"],
  ["/", "/"],
  ["?x", "/"],
  ["//evil/../x", "//evil/../x"],
  ["http://h.test/a?b", "/a"],
  ["http://h.test", "/"],
  ["*", "*"],
];

for (const [target, path] of PATHS) {
  it(`reads the path of ${target}`, () => assert.equal(requestPath(target), path));
}
