import assert from "node:assert/strict";
import type { Answer } from "../../src/respond/answer.ts";
import { inChromium } from "../support/browser.ts";
import { waitUntil } from "../support/wait-until.ts";
import { greeting, startWakingServer } from "../support/waking-server.ts";

const RUNNING = { status: "running", error: "", phase: "ready", elapsedMs: 0, etaMs: 4_000, retryMs: 0 } as const;

inChromium("a service worker of the app that caches every response does not keep the page", async (t, open) => {
  const server = await startWakingServer(t, {
    eager: true,
    pages: { "/worker.js": () => file("text/javascript", CACHE_FIRST), "/install": () => file("text/html", INSTALLER) },
  });
  const page = await open();
  await page.goto(`${server.url}/install`);
  await page.waitForFunction("document.title === 'installed'");
  await page.goto(`${server.url}/deep?q=1`);
  await waitUntil(() => server.polls["/_health"].length > 0, 20_000, "the first poll");
  server.change({ health: RUNNING, app: greeting });
  await page.waitForSelector("h1:text-is('app')", { timeout: 20_000 });
});

const INSTALLER = `<!doctype html><link rel="icon" href="data:,"><script>
  const { serviceWorker } = navigator;
  serviceWorker.register("/worker.js").then(() => serviceWorker.ready).then(() => (document.title = "installed"));
</script>`;

/** As many apps that can be installed have it: what was fetched once is never fetched again. */
const CACHE_FIRST = `
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.mode === "navigate") return;
  event.respondWith(
    caches.open("all").then(async (cache) => {
      const cached = await cache.match(request);
      if (cached) return cached;
      const response = await fetch(request);
      if (response.ok) await cache.put(request, response.clone());
      return response;
    }),
  );
});`;

inChromium("a page that a script of the app fetched and put in its place arrives as well", async (t, open) => {
  const html = `<!doctype html><link rel="icon" href="data:,"><button onclick="visit()">next</button><script>${VISIT}</script>`;
  const server = await startWakingServer(t, { pages: { "/start": () => file("text/html", html) } });
  const page = await open();
  // Over plain http, where Chromium does not say that it is a script.
  await page.goto(`http://app.test:${server.port}/start`);
  await page.getByRole("button").click();
  await waitUntil(() => server.polls["/_health"].length > 0, 20_000, "the first poll");
  server.change({ health: RUNNING, app: greeting });
  await page.waitForSelector("h1:text-is('app')", { timeout: 20_000 });
  assert.equal(new URL(page.url()).pathname, "/deep");
});

/** As Turbo does when a link is followed: whatever the status, the response becomes the page, and its scripts run. */
const VISIT = `async function visit() {
  history.pushState(null, "", "/deep");
  const response = await fetch("/deep", { headers: { accept: "text/html, application/xhtml+xml" } });
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  document.documentElement.replaceWith(next.documentElement);
  for (const old of document.querySelectorAll("script")) {
    const script = document.createElement("script");
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
}`;

function file(type: string, text: string): Answer {
  return { status: 200, headers: ["Content-Type", type], body: Buffer.from(text) };
}
