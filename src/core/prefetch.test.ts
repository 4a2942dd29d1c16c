import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrefetch } from "./prefetch.ts";

for (const [who, headers, expected] of [
  ["Chrome's prefetch", { "sec-purpose": "prefetch", purpose: "prefetch" }, true],
  ["Chrome's prerender", { "sec-purpose": "prefetch;prerender" }, true],
  ["Chrome's prefetch through a proxy of Google's", { "sec-purpose": "prefetch; anonymous-client-ip" }, true],
  ["a value in capitals", { "sec-purpose": "Prefetch" }, true],
  ["an older Chrome or Edge", { purpose: "prefetch" }, true],
  ["Safari's preview", { purpose: "preview" }, true],
  ["an older Safari's preview", { "x-purpose": "preview" }, true],
  ["an older Chrome's prerender", { "x-purpose": "instant" }, true],
  ["Firefox's prefetch", { "x-moz": "prefetch" }, true],
  ["Turbo, when the mouse is over a link", { "x-sec-purpose": "prefetch" }, true],
  ["a header that came twice", { purpose: ["x", "prefetch"] }, true],
  ["a person", { "sec-fetch-mode": "navigate", "sec-fetch-user": "?1" }, false],
  ["another purpose", { "sec-purpose": "prefetched", purpose: "no-preview" }, false],
  ["an empty purpose", { purpose: "" }, false],
] as const) {
  test(`${who} is ${expected ? "a guess" : "meant"}`, () => {
    assert.equal(isPrefetch("GET", headers as Record<string, string | string[]>), expected);
    assert.equal(isPrefetch("POST", headers as Record<string, string | string[]>), false);
  });
}
