import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { classifyClient, type ClientHeaders } from "./client.ts";
import type { ClientKind } from "./decision.ts";

const chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const key = "dGhlIHNhbXBsZSBub25jZQ==";

const clients: readonly [who: string, method: string, headers: ClientHeaders, expected: ClientKind][] = [
  ["a browser that opens a page", "GET", { accept: chrome, "sec-fetch-mode": "navigate" }, "navigation"],
  ["a browser that asks for a page's head", "HEAD", { accept: chrome, "sec-fetch-mode": "navigate" }, "navigation"],
  ["an old browser without Sec-Fetch headers", "GET", { accept: chrome }, "navigation"],
  ["a browser whose Accept is in capitals", "GET", { accept: "TEXT/HTML" }, "navigation"],
  ["a form that is sent", "POST", { accept: chrome, "sec-fetch-mode": "navigate" }, "other"],
  ["fetch() in a page", "GET", { accept: "*/*", "sec-fetch-mode": "cors" }, "other"],
  ["fetch() that asks for HTML", "GET", { accept: "text/html", "sec-fetch-mode": "cors" }, "other"],
  ["an image in a page", "GET", { accept: "image/avif,*/*", "sec-fetch-mode": "no-cors" }, "other"],
  ["a script that copies some Sec-Fetch headers", "GET", { accept: chrome, "sec-fetch-dest": "document" }, "other"],
  ["a script that copies the site header", "GET", { accept: chrome, "sec-fetch-site": "none" }, "other"],
  ["curl", "GET", { accept: "*/*" }, "other"],
  ["a client without Accept", "GET", {}, "other"],
  ["a client that prefers other things to HTML", "GET", { accept: "application/json, text/html;q=0.1" }, "navigation"],
  ["a client that wants anything but HTML", "GET", { accept: "*/*, text/html;q=0" }, "other"],
  ["a client of a type that only begins alike", "GET", { accept: "text/htmlx" }, "other"],
  ["an API client", "GET", { accept: "application/json" }, "other"],
  ["OPTIONS of a browser", "OPTIONS", { accept: chrome }, "other"],
  ["a method in small letters, which is another method", "get", { accept: chrome }, "other"],
  ["a WebSocket", "GET", { upgrade: "websocket", "sec-websocket-key": key }, "upgrade"],
  ["a WebSocket of a browser", "GET", { upgrade: "websocket", "sec-fetch-mode": "websocket" }, "upgrade"],
  ["an upgrade to anything", "GET", { upgrade: "tcp" }, "upgrade"],
  ["an upgrade by POST (docker attach)", "POST", { upgrade: "tcp" }, "upgrade"],
  ["the auth request of a WebSocket, whose Upgrade the front dropped", "GET", { "sec-websocket-key": key }, "upgrade"],
  ["a repeated Sec-Fetch-Mode", "GET", { accept: chrome, "sec-fetch-mode": ["navigate", "navigate"] }, "other"],
];
for (const [who, method, headers, expected] of clients) {
  test(`${who} is ${expected === "other" ? "any other client" : `a client for ${expected}`}`, () => {
    assert.equal(classifyClient(method, headers), expected);
  });
}

test("only GET and HEAD that accept HTML are ever shown a page", () => {
  const text = fc.option(fc.string(), { nil: undefined });
  const headers = fc.record({ accept: text, "sec-fetch-mode": text, "sec-fetch-dest": text, "sec-fetch-site": text });
  const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "");
  fc.assert(
    fc.property(method, headers, (verb, sent) => {
      if (classifyClient(verb, sent) !== "navigation") return;
      assert.ok(verb === "GET" || verb === "HEAD");
      assert.match(sent.accept ?? "", /text\/html/iu);
    }),
  );
});
