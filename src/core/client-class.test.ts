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
  [
    "a bot that only says where it is explained",
    "Mozilla/5.0 (Macintosh) Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    false,
    "bot",
  ],
  [
    "a preview of a link",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    false,
    "bot",
  ],
  [
    "a browser of old that says compatible",
    "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14 (like Gecko)",
    false,
    "browser",
  ],
  ["a text browser", "Lynx/2.9.0dev.12 libwww-FM/2.14", false, "browser"],
  ["another text browser", "Links (2.28; Linux 6.1 x86_64; text)", false, "browser"],
  [
    "a phone whose maker's name ends with bot",
    "Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) Chrome/150.0",
    false,
    "browser",
  ],
] as const) {
  test(`${who} is a ${expected}`, () => assert.equal(clientClass(userAgent, isUpgrade), expected));
}
