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
  ["a link with `download`", "GET", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "empty" }, "other"],
  ["an `<object>`", "GET", { accept: chrome, "sec-fetch-mode": "navigate", "sec-fetch-dest": "object" }, "other"],
  ["fetch() in a page", "GET", { accept: "*/*", "sec-fetch-mode": "cors" }, "other"],
  ["fetch() that asks for HTML", "GET", { accept: "text/html", "sec-fetch-mode": "cors" }, "other"],
  ["an image in a page", "GET", { accept: "image/avif,*/*", "sec-fetch-mode": "no-cors" }, "other"],
  ["a script that copies some Sec-Fetch headers", "GET", { accept: chrome, "sec-fetch-dest": "document" }, "other"],
  ["a script that copies the site header", "GET", { accept: chrome, "sec-fetch-site": "none" }, "other"],
  ["curl", "GET", { accept: "*/*" }, "other"],
  ["a client without Accept", "GET", {}, "other"],
  ["a client that prefers other things to HTML", "GET", { accept: "application/json, text/html;q=0.1" }, "other"],
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

const safari = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const MOZILLA = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
const chromeAccept = `${safari.replace("*/*", "image/avif,image/webp,image/apng,*/*")},application/signed-exchange;v=b3;q=0.7`;

/** Real values of Accept and User-Agent of clients without Sec-Fetch-*. */
const inTheWild: readonly [who: string, accept: string | undefined, agent: string | undefined, expected: ClientKind][] =
  [
    ["Safari before 16.4", safari, `${MOZILLA} Version/15.6 Safari/605.1.15`, "navigation"],
    [
      "Safari 4 and Android 4",
      "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5",
      `${MOZILLA} Version/4.0 Safari/531.9`,
      "navigation",
    ],
    ["Firefox before 90", safari, "Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101 Firefox/78.0", "navigation"],
    ["Chrome over plain http", chromeAccept, CHROME, "navigation"],
    ["Edge over plain http", chromeAccept, `${CHROME} Edg/150.0.0.0`, "navigation"],
    [
      "Internet Explorer 11",
      "text/html, application/xhtml+xml, */*",
      "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko",
      "navigation",
    ],
    ["Konqueror", safari, "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14 (like Gecko)", "navigation"],
    [
      "Opera Mini",
      safari,
      "Opera/9.80 (Android; Opera Mini/36.2/191; U; en) Presto/2.12.423 Version/12.16",
      "navigation",
    ],
    ["an Android WebView", chromeAccept, `${CHROME} Version/4.0 wv`, "navigation"],
    [
      "lynx",
      "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01",
      "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8",
      "navigation",
    ],
    ["w3m", "text/html, text/*;q=0.5, image/*, application/*", "w3m/0.5.3+git20230121", "navigation"],
    ["links, which names no type", "*/*", "Links (2.28; Linux 6.1 x86_64; GNU C 12.2; text)", "other"],
    ["a browser that hides its name", safari, undefined, "navigation"],
    ["a browser whose name was emptied", safari, "", "navigation"],
    [
      "pip",
      "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01",
      'pip/24.0 {"ci":null}',
      "other",
    ],
    ["pip without a name", "application/vnd.pypi.simple.v1+json, text/html; q=0.01", undefined, "other"],
    ["Java's HttpURLConnection", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "Java/21.0.4", "other"],
    [
      "SimplePie (FreshRSS)",
      "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, unknown/unknown;q=0.1, application/unknown;q=0.1, */*;q=0.1",
      "FreshRSS/1.24.3 (Linux; https://freshrss.org)",
      "other",
    ],
    [
      "Miniflux",
      "application/xml, application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, text/html, */*;q=0.9",
      "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)",
      "other",
    ],
    ["NetNewsWire", "*/*", "NetNewsWire (RSS Reader; https://netnewswire.com/)", "other"],
    [
      "Feedly",
      "text/html, */*;q=0.1",
      "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers; like FeedFetcher-Google)",
      "other",
    ],
    ["Tiny Tiny RSS", "text/html, */*", "Tiny Tiny RSS/24.05 (https://tt-rss.org/)", "other"],
    ["a feed reader that borrows a browser's name", "application/rss+xml, text/html;q=0.9, */*;q=0.8", CHROME, "other"],
    ["curl", "*/*", "curl/8.14.1", "other"],
    ["curl that asks for HTML", "text/html", "curl/8.14.1", "other"],
    ["wget2", safari, "Wget/2.1.0", "other"],
    ["HTTPie", "*/*", "HTTPie/3.2.4", "other"],
    ["python-requests", "*/*", "python-requests/2.32.3", "other"],
    ["Go", undefined, "Go-http-client/1.1", "other"],
    ["okhttp", undefined, "okhttp/4.12.0", "other"],
    ["PowerShell", undefined, "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1", "other"],
    ["fetch() in a page over plain http", "*/*", CHROME, "other"],
    ["Uptime Kuma", chromeAccept, "Uptime-Kuma/1.23.13", "other"],
    [
      "Prometheus",
      "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "Prometheus/2.53.0",
      "other",
    ],
    ["UptimeRobot", safari, "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "other"],
    ["Googlebot", safari, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "other"],
    [
      "Googlebot that renders",
      chromeAccept,
      `${CHROME} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
      "other",
    ],
    [
      "Applebot",
      safari,
      `${MOZILLA} Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)`,
      "other",
    ],
  ];
for (const [who, accept, agent, expected] of inTheWild) {
  test(`${who} ${expected === "navigation" ? "is shown the page" : "is held"}`, () => {
    const headers = { ...(accept !== undefined && { accept }), ...(agent !== undefined && { "user-agent": agent }) };
    assert.equal(classifyClient("GET", headers), expected);
  });
}

for (const [what, accept, expected] of [
  ["a tie is no preference", "application/json, text/html", "navigation"],
  ["a wildcard that ranks higher prefers everything else", "*/*, text/html;q=0.5", "other"],
  ["a wildcard of the same rank does not", "text/html;q=0.5, */*;q=0.5", "navigation"],
  ["HTML that a wildcard alone allows is not asked for", "text/*, */*;q=0.1", "other"],
  ["parameters are no weight", "text/html;level=1;charset=utf-8, application/json;q=0.9", "navigation"],
  ["a weight among parameters counts", "text/html;level=1;Q=0.3;ext=1, application/json;q=0.9", "other"],
  ["blanks and tabs do not matter", " text/html \t; q = 0.9 ,\tapplication/json;q=0.8", "navigation"],
  ["a comma within quotes ends nothing", 'text/html;x="a,b;q=0", application/json;q=0.9', "navigation"],
  ["a weight above 1 is 1", "application/json;q=7, text/html", "navigation"],
  ["HTML of a weight that is none is not asked for", "text/html;q=high", "other"],
  ["another type of a weight that is none is nothing", "application/json;q=high, text/html;q=0.1", "navigation"],
  ["of HTML named twice the better counts", "text/html;q=0.1, application/json;q=0.5, text/html", "navigation"],
  ["an empty list asks for nothing", " , ,", "other"],
] as const) {
  test(`Accept: ${what}`, () => {
    assert.equal(classifyClient("GET", { accept, "user-agent": CHROME }), expected);
  });
}

for (const [what, headers, expected] of [
  [
    "a frame is a navigation",
    { accept: chrome, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
    "navigation",
  ],
  ["an Accept that a front dropped is made up for by Sec-Fetch-Mode", { "sec-fetch-mode": "navigate" }, "navigation"],
  ["a navigation to anything takes HTML too", { accept: "*/*", "sec-fetch-mode": "navigate" }, "navigation"],
  ["a navigation that refuses HTML gets none", { accept: "*/*, text/html;q=0", "sec-fetch-mode": "navigate" }, "other"],
  [
    "a program's name does not matter to Sec-Fetch-Mode",
    { accept: chrome, "user-agent": "Kiosk/1", "sec-fetch-mode": "navigate" },
    "navigation",
  ],
  [
    "jQuery over plain http is a script",
    { accept: "text/html, */*; q=0.01", "user-agent": CHROME, "x-requested-with": "XMLHttpRequest" },
    "other",
  ],
  [
    "swup over plain http is a script",
    { accept: "text/html, application/xhtml+xml", "user-agent": CHROME, "x-requested-with": "swup" },
    "other",
  ],
  [
    "Turbo over plain http is a script",
    { accept: "text/html, application/xhtml+xml", "user-agent": CHROME, "x-turbo-request-id": "de7da53b" },
    "other",
  ],
  [
    "a frame of Turbo 7 over plain http is a script",
    { accept: "text/html, application/xhtml+xml", "user-agent": CHROME, "turbo-frame": "list" },
    "other",
  ],
  [
    "htmx that prefers HTML over plain http is a script",
    { accept: "text/html, */*;q=0.1", "user-agent": CHROME, "hx-request": "true" },
    "other",
  ],
  [
    "a WebView that names its app is no script",
    { accept: chromeAccept, "user-agent": CHROME, "x-requested-with": "com.example.app" },
    "navigation",
  ],
] as const) {
  test(what, () => assert.equal(classifyClient("GET", headers), expected));
}

test("no Accept is slow to read", () => {
  const started = performance.now();
  for (const part of ['"\\', "text/html;q=", ",;", '"', "q=0.1;"])
    classifyClient("GET", { accept: part.repeat(8_000), "user-agent": CHROME });
  assert.ok(performance.now() - started < 3_000);
});

test("only GET and HEAD that do not refuse HTML are ever shown a page", () => {
  const text = fc.option(fc.string(), { nil: undefined });
  const headers = fc.record({ accept: text, "sec-fetch-mode": text, "sec-fetch-dest": text, "sec-fetch-site": text });
  const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "");
  fc.assert(
    fc.property(method, headers, (verb, sent) => {
      if (classifyClient(verb, sent) !== "navigation") return;
      assert.ok(verb === "GET" || verb === "HEAD");
      assert.match(sent.accept ?? "*/*", sent["sec-fetch-mode"] === "navigate" ? /text\/|\*/iu : /text\/html/iu);
    }),
  );
});
