import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ofCache } from "./nginx-cache.ts";
import { readNginx } from "./nginx-tree.ts";

/** Returns the findings for a location with these lines. */
function found(lines: string): string[] {
  const directives = readNginx(lines);
  return ofCache("here", (name) => directives.filter((one) => one.name === name).map(({ args }) => args)).map(
    ({ kind, text }) => `${kind} ${text}`,
  );
}

const CACHED = "proxy_pass http://gateway/_auth/nginx/cached; proxy_cache wake; proxy_cache_key $http_host;";

test("the block of the example has nothing that lacks", () => {
  const example = readFileSync(new URL("../../../examples/nginx/cached.conf", import.meta.url), "utf8");
  const [block = ""] = /(?<=location = \/_wake_auth \{)[^}]*/u.exec(example) ?? [];
  assert.match(block, /proxy_cache wake/u);
  assert.deepEqual(found(block), []);
});

for (const [lines, expected] of [
  ["proxy_pass http://gateway/_auth/nginx;", []],
  [`${CACHED} proxy_cache_use_stale error updating;`, [/^missing .*updating: keep only error/u]],
  [`${CACHED} proxy_cache_valid 200 10m;`, [/^missing .*remove proxy_cache_valid/u]],
  [`${CACHED} proxy_ignore_headers Set-Cookie Cache-Control;`, [/^missing .*Cache-Control/u]],
  ["proxy_pass http://gateway/_auth/nginx/cached; proxy_cache wake;", [/^missing .*proxy_cache_key/u]],
  ["proxy_pass http://gateway/_auth/nginx/cached;", [/^note .*without a cache/u]],
  ["proxy_pass http://gateway/_auth/nginx; proxy_cache wake; proxy_cache_key $http_host;", [/^note .*\/cached$/u]],
] as const) {
  test(`a location with "${lines}"`, () => {
    const findings = found(lines);
    assert.equal(findings.length, expected.length, findings.join("\n"));
    for (const [at, pattern] of expected.entries()) assert.match(findings[at] ?? "", pattern);
  });
}
