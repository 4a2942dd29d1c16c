import assert from "node:assert/strict";
import { test } from "node:test";
import { clientClass } from "./client-class.ts";

for (const [who, userAgent, isUpgrade, expected] of [
  ["Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", false, "browser"],
  ["a WebSocket of a browser", "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0", true, "websocket"],
  ["a WebSocket without a name", undefined, true, "websocket"],
  ["curl", "curl/8.14.1", false, "program"],
  ["a program without a name", undefined, false, "program"],
  ["a program with an empty name", "", false, "program"],
  ["a search engine", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", false, "bot"],
  ["a monitor", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", false, "bot"],
  [
    "a search engine that renders pages",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0",
    false,
    "bot",
  ],
] as const) {
  test(`${who} is a ${expected}`, () => assert.equal(clientClass(userAgent, isUpgrade), expected));
}
