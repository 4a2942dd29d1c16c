import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { easedProgress } from "../../src/respond/wake-model.ts";
import { inChromium } from "../support/browser.ts";
import { waitUntil } from "../support/wait-until.ts";
import { greeting, startPlainServer, startWakingServer, type WakingServer } from "../support/waking-server.ts";

const RUNNING = { status: "running", error: "", phase: "ready", elapsedMs: 0, etaMs: 4_000, retryMs: 0 } as const;
const WAITING = {
  status: "starting",
  error: "",
  phase: "waiting",
  elapsedMs: 1_000,
  etaMs: 4_000,
  retryMs: 0,
} as const;

inChromium(
  "the page shows phases and time, never fills its bar too early, and opens the deep link",
  async (t, open) => {
    const server = await startWakingServer(t);
    const page = await open();
    const openedMs = performance.now();
    await page.goto(`${server.url}/deep/link?q=1&r=a%20b#part`);
    assert.equal(await page.title(), "Jellyfin is waking up");
    assert.equal(await page.textContent("h1"), "Jellyfin");
    assert.equal(await page.textContent("#phase"), "Starting");
    const first = await barOf(page);
    const most = easedProgress(performance.now() - openedMs, 4_000);
    assert.ok(first > 0 && first <= most, `${first} of ${most}`);

    server.change({ health: WAITING });
    await waitUntil(async () => (await page.textContent("#phase")) === "Started, waiting for the app to answer");
    assert.equal(await page.getAttribute("[data-step=waiting]", "aria-current"), "step");
    assert.equal(await page.getAttribute("[data-step=starting]", "data-passed"), "true");
    await waitUntil(async () => /^[2-9]\ss$/u.test((await page.textContent("#elapsed")) ?? ""));
    assert.match((await page.textContent("#usual")) ?? "", /^usually 4\ss$/u);
    const later = await barOf(page);
    assert.ok(later > first && later < 0.96, `${first} → ${later}`);

    await leavesSoon(server, page, `${server.url}/deep/link?q=1&r=a%20b#part`);
    assert.deepEqual(server.visits, ["GET /deep/link?q=1&r=a%20b", "GET /deep/link?q=1&r=a%20b"]);
    assertPolite(server, 1);
  },
);

inChromium("an app that is ready half a second after the visit is opened within 0.3 s as well", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(`${server.url}/quick?x=1`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  server.change({ health: WAITING });
  await page.waitForTimeout(100); // sooner than a second poll may be sent each second
  await leavesSoon(server, page, `${server.url}/quick?x=1`);
  assertPolite(server, 1);
});

inChromium("at the first wake the bar has no value, and the text says that there is no estimate", async (t, open) => {
  const server = await startWakingServer(t, { health: { etaMs: undefined } });
  const page = await open();
  await page.goto(server.url);
  await waitUntil(async () => (await page.textContent("#elapsed")) === "1\u00a0s");
  assert.equal(await page.getAttribute("#progress", "value"), null);
  assert.equal(await page.textContent("#usual"), "first start, no estimate yet");
});

inChromium("a wake that takes long is said to, and its bar stays below full", async (t, open) => {
  const server = await startWakingServer(t, { health: { etaMs: 1_000, elapsedMs: 60_000 } });
  const page = await open();
  await page.goto(server.url);
  assert.equal(await page.textContent("#usual"), "longer than usual (1\u00a0s)");
  assert.equal(await page.textContent("#elapsed"), "1\u00a0min 00\u00a0s");
  assert.ok((await barOf(page)) <= 0.95);
});

for (const [from, to] of [
  ["/somewhere/else", "/web/index.html?theme=dark"],
  ["/", "/#/start"], // only a jump within the page, to a browser
] as const) {
  inChromium(`with the redirect_path ${to} the page at ${from} ends there`, async (t, open) => {
    const server = await startWakingServer(t, { branding: { redirectPath: to } });
    const page = await open();
    await page.goto(`${server.url}${from}`);
    await waitUntil(() => server.polls["/_health"].length > 0);
    await leavesSoon(server, page, `${server.url}${to}`);
  });
}

inChromium("hostile log lines are shown as they are written, and stay text", async (t, open) => {
  const lines = [
    "<img src=x onerror=alert(1)>",
    "</div></script><script>alert(2)</script>",
    `"'\`{{ 7*7 }} \${alert(3)} &lt;b&gt;`,
    "javascript:alert(4)",
    "x".repeat(3_000),
  ];
  const server = await startWakingServer(t);
  const page = await open();
  server.change({ lines: ["first"] });
  await page.goto(server.url);
  assert.equal((await page.textContent("#log"))?.trim(), "first");
  server.change({ lines });
  await waitUntil(async () => (await page.locator("#log > div").count()) === lines.length);
  const shown = await page.locator("#log > div").allTextContents();
  assert.deepEqual(shown.slice(0, 4), lines.slice(0, 4));
  assert.equal(shown[4]?.length, 2_000);
  assert.equal(await page.locator("#log > div *").count(), 0);
  assert.equal(await page.evaluate("document.scripts.length"), 1);
});

inChromium("where logs may not be seen none are requested", async (t, open) => {
  const server = await startWakingServer(t, { logs: false });
  const page = await open();
  await page.goto(server.url);
  await waitUntil(async () => (await page.textContent("#elapsed")) === "1\u00a0s");
  assert.equal(await page.locator("#log").count(), 0);
  assert.deepEqual(server.polls["/_logs"], []);
});

inChromium("a gateway that answers each poll at once is polled once a second", async (t, open) => {
  const server = await startWakingServer(t, { eager: true });
  const page = await open();
  await page.goto(server.url);
  await waitUntil(() => server.polls["/_health"].length >= 5);
  assertPolite(server);
});

inChromium("a page that was reloaded into a lie does not reload in a tight loop", async (t, open) => {
  const server = await startWakingServer(t, { health: RUNNING });
  const page = await open();
  await page.goto(server.url);
  await waitUntil(() => server.visits.length >= 2);
  await page.waitForTimeout(3_500); // long enough for a loop to show
  assert.ok(server.visits.length <= 7, `${server.visits.length} visits`);
});

inChromium("without script the page shows the same, reloads by itself, and arrives", async (t, open) => {
  const server = await startWakingServer(t, { health: { elapsedMs: 2_000 } });
  server.change({ lines: ["listening soon"] });
  const page = await open({ javaScriptEnabled: false });
  // To Chromium a refresh of an address with a fragment is a jump within the page.
  await page.goto(`${server.url}/deep?q=1#part`);
  assert.equal(await page.textContent("#phase"), "Starting");
  assert.equal(await page.textContent("#elapsed"), "2\u00a0s");
  assert.match((await page.textContent("#reloads")) ?? "", /every 5 seconds/u);
  assert.match((await page.textContent("#log")) ?? "", /listening soon/u);
  assert.deepEqual(server.polls["/_health"], []);
  server.change({ app: greeting });
  await page.waitForSelector("h1:text-is('app')");
  assert.equal(page.url(), `${server.url}/deep?q=1`);
});

inChromium(
  "the page may be shown in a frame, since home dashboards do so, and wakes the app there",
  async (t, open) => {
    const server = await startWakingServer(t);
    const dashboard = await startPlainServer(
      t,
      `<!doctype html><link rel="icon" href="data:,"><iframe src="${server.url}/framed"></iframe>`,
    );
    const page = await open();
    await page.goto(dashboard.replace("127.0.0.1", "localhost")); // another site than the app's
    const frame = page.frameLocator("iframe");
    await frame.locator("h1:has-text('Jellyfin')").waitFor();
    await waitUntil(() => server.polls["/_health"].length > 0);
    server.change({ health: RUNNING, app: greeting });
    await frame.locator("h1:text-is('app')").waitFor();
  },
);

inChromium("the policy stops a script that got into the page all the same", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(server.url);
  page.removeAllListeners("console"); // Chromium reports the violation there, and here it is wanted
  const violation = await page.evaluate(`new Promise((done) => {
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.pwned = true";
    document.body.append(script);
  })`);
  assert.equal(violation, "script-src-elem");
  assert.equal(await page.evaluate("window.pwned"), undefined);
});

async function barOf(page: Page): Promise<number> {
  return Number(await page.evaluate("document.getElementById('progress').value"));
}

/** 0.3 s on a machine that does nothing else; a page that polls every second would take up to a second. */
const LEAVES_MS = 700;

async function leavesSoon(server: WakingServer, page: Page, url: string): Promise<void> {
  const arrived = page.waitForRequest((request) => request.isNavigationRequest());
  const began = performance.now();
  server.change({ health: RUNNING, app: greeting });
  await arrived;
  const took = performance.now() - began;
  assert.ok(took < LEAVES_MS, `left after ${Math.round(took)} ms`);
  await page.waitForSelector("h1:text-is('app')");
  assert.equal(page.url(), url);
}

/** One request a second and endpoint, and one more for each step of the wake and for one that came late; none refused. */
function assertPolite(server: WakingServer, steps = 0): void {
  assert.equal(server.refused(), 0);
  for (const [path, times] of Object.entries(server.polls)) {
    const seconds = Math.floor(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000);
    const most = 2 + seconds + (path === "/_health" ? steps : 0);
    assert.ok(times.length <= most, `${times.length} of ${path} in ${seconds} s`);
  }
}
