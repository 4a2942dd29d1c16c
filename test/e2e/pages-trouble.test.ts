import assert from "node:assert/strict";
import type { Answer } from "../../src/respond/answer.ts";
import type { Responder } from "../../src/respond/responder.ts";
import { inChromium } from "../support/browser.ts";
import { waitUntil } from "../support/wait-until.ts";
import { greeting, startWakingServer } from "../support/waking-server.ts";

const RUNNING = { status: "running", error: "", phase: "ready", elapsedMs: 0, etaMs: 4_000, retryMs: 0 } as const;
const FAILED = {
  status: "failed",
  error: 'container "jellyfin" <b>exited</b> with code 137',
  phase: undefined,
  elapsedMs: 0,
  etaMs: undefined,
  retryMs: 7_000,
  failure: {
    reason: "exited",
    cause: { code: "exited", exitCode: 137, restarts: false, output: "no <b>database</b>" },
    exitCode: 137,
    atMs: 0,
  },
} as const;

inChromium(
  "a failure appears in place: reason, last lines, and a retry that waits for the cool-down",
  async (t, open) => {
    const server = await startWakingServer(t);
    const page = await open();
    await page.goto(`${server.url}/deep?q=1`);
    await waitUntil(() => server.polls["/_health"].length > 0);
    server.change({ health: FAILED, lines: ["panic: no database", "exit status 137"] });
    await page.waitForSelector("#retry:visible");
    assert.equal(await page.title(), "Jellyfin did not wake up");
    assert.equal(await page.textContent("#sentence"), "It started, but stopped with exit code 137.");
    assert.equal(await page.textContent("#words"), "no <b>database</b>", "each fact once");
    assert.equal(await page.locator("#words *").count(), 0);
    assert.equal(await page.isVisible("#phase"), false);
    assert.match((await page.textContent("#retry")) ?? "", /^Try again in [1-7]\ss$/u);
    assert.equal(await page.getAttribute("#retry", "aria-disabled"), "true");
    await page.click("#retry", { force: true });
    assert.equal(server.visits.length, 1, "a disabled retry does nothing");
    await waitUntil(async () => ((await page.textContent("#log")) ?? "").includes("panic: no database"));

    await waitUntil(async () => (await page.textContent("#retry")) === "Try again");
    server.change({ app: greeting });
    await page.click("#retry");
    await page.waitForSelector("h1:text-is('app')");
    assert.equal(page.url(), `${server.url}/deep?q=1`);
  },
);

inChromium("its last lines are requested again when they were refused", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(server.url);
  await waitUntil(() => server.polls["/_health"].length > 0);
  let refused = 0;
  await page.route("**/_logs?*", (route) => {
    if (refused === 2) return route.continue();
    refused += 1;
    return route.fulfill({ status: 429, json: { code: "too-many-requests" } });
  });
  server.change({ health: FAILED, lines: ["panic: no database"] });
  await waitUntil(async () => ((await page.textContent("#log")) ?? "").includes("panic: no database"));
  assert.equal(refused, 2);
});

inChromium("a visitor after the failure sees the same, from the start", async (t, open) => {
  const server = await startWakingServer(t, { health: FAILED });
  server.change({ lines: ["panic: no database"] });
  const page = await open({ locale: "de-CH" });
  const answer = await page.goto(server.url);
  assert.equal(answer?.status(), 502);
  assert.equal(answer?.headers()["retry-after"], "7");
  assert.equal(await page.title(), "Jellyfin ist nicht aufgewacht");
  assert.equal(await page.getAttribute("html", "lang"), "de");
  assert.equal(await page.textContent("#sentence"), "Sie wurde gestartet, hat sich aber mit Exit-Code 137 beendet.");
  assert.match((await page.textContent("#retry")) ?? "", /^Erneut versuchen in [1-7]\ss$/u);
  assert.match((await page.textContent("#log")) ?? "", /panic: no database/u);
  await waitUntil(async () => (await page.textContent("#retry")) === "Erneut versuchen");
  assert.deepEqual(server.polls["/_health"], [], "a failure is not polled again");
});

inChromium("without script the failure page has a retry that works", async (t, open) => {
  const server = await startWakingServer(t, { health: FAILED });
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${server.url}/deep?q=1&empty`);
  assert.equal(await page.textContent("#retry"), "Try again");
  server.change({ app: greeting });
  await page.click("#retry");
  await page.waitForSelector("h1:text-is('app')");
  assert.equal(page.url(), `${server.url}/deep?q=1&empty`);
});

inChromium("a gateway that restarts is waited for, and said to", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(`${server.url}/deep?q=1`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  await server.stop();
  await waitUntil(async () => (await page.textContent("#note")) === "Connection lost, retrying …");
  assert.equal(await page.textContent("#phase"), "Starting");
  await server.start();
  await waitUntil(() => server.polls["/_health"].length > 1);
  server.change({ health: RUNNING, app: greeting });
  await page.waitForSelector("h1:text-is('app')");
});

inChromium("nobody is sent to the front's own 500 while the gateway restarts behind it", async (t, open) => {
  const server = await startWakingServer(t, { mode: "forward-auth" });
  const page = await open();
  const seen: number[] = [];
  page.on("response", (response) => {
    if (response.request().isNavigationRequest()) seen.push(response.status());
  });
  await page.goto(`${server.url}/deep`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  await server.stop();
  server.change({ away: true });
  await server.start();
  await waitUntil(() => server.visits.filter((visit) => visit === "HEAD /deep").length >= 2);
  server.change({ away: false, health: RUNNING, app: greeting });
  await page.waitForSelector("h1:text-is('app')");
  assert.deepEqual(seen, [503, 200]);
});

inChromium("a 500 that the front says once more after the wake is waited out", async (t, open) => {
  const server = await startWakingServer(t, { mode: "forward-auth" });
  const page = await open();
  await page.goto(`${server.url}/deep`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  server.change({ health: RUNNING, app: (res) => void res.writeHead(500).end() });
  await waitUntil(() => server.visits.filter((visit) => visit === "HEAD /deep").length >= 4);
  server.change({ app: greeting });
  await page.waitForSelector("h1:text-is('app')");
  assert.equal(server.visits.filter((visit) => visit === "GET /deep").length, 2, "the page, then the app");
});

inChromium("three tabs behind one address all reach the app, since a refused poll only waits", async (t, open) => {
  const server = await startWakingServer(t, { burst: 1 });
  const pages = await Promise.all([open(), open(), open()]);
  await Promise.all(pages.map((page, index) => page.goto(`${server.url}/tab/${index}`)));
  await waitUntil(() => server.refused() > 0);
  server.change({ health: RUNNING, app: greeting });
  for (const page of pages) await page.waitForSelector("h1:text-is('app')");
  assert.deepEqual(
    pages.map((page) => page.url()),
    pages.map((_, index) => `${server.url}/tab/${index}`),
  );
});

inChromium(
  "behind a front proxy the page waits for the app's own answer, and no visitor sees the front's 404 or 502",
  async (t, open) => {
    const server = await startWakingServer(t, { mode: "forward-auth" });
    const page = await open();
    const seen: number[] = [];
    page.on("response", (response) => {
      if (response.request().isNavigationRequest()) seen.push(response.status());
    });
    await page.goto(`${server.url}/deep?q=1`);
    await waitUntil(() => server.polls["/_health"].length > 0);
    server.change({ health: RUNNING, app: (res) => void res.writeHead(404).end("404 page not found") });
    await waitUntil(() => server.visits.filter((visit) => visit.startsWith("HEAD")).length >= 2);
    assert.equal(await page.textContent("#phase"), "Ready, opening");
    server.change({ app: (res) => void res.writeHead(502).end("Bad Gateway") });
    await waitUntil(() => server.visits.filter((visit) => visit.startsWith("HEAD")).length >= 4);
    server.change({ app: greeting });
    await page.waitForSelector("h1:text-is('app')");
    assert.deepEqual(seen, [503, 200]);
    assert.equal(page.url(), `${server.url}/deep?q=1`);
  },
);

inChromium("an app that answers its own 404 behind a front is shown all the same, a little later", async (t, open) => {
  const server = await startWakingServer(t, { mode: "forward-auth" });
  const page = await open();
  await page.goto(`${server.url}/gone`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  server.change({ health: RUNNING, app: (res) => void res.writeHead(404).end("<h1>no such film</h1>") });
  await page.waitForSelector("text=no such film");
});

inChromium("a removed container is requested again, not waited for", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(`${server.url}/deep`);
  await waitUntil(() => server.polls["/_health"].length > 0);
  const gone = { status: "unknown", error: "", phase: undefined, elapsedMs: 0, etaMs: undefined, retryMs: 0 } as const;
  server.change({ health: gone, app: greeting });
  await page.waitForSelector("h1:text-is('app')");
});

inChromium("where the polls do not reach the gateway, the app's own answer ends the wait", async (t, open) => {
  const server = await startWakingServer(t, { branding: { name: "routed elsewhere" } });
  const page = await open();
  await page.route("**/_health**", (route) => route.fulfill({ status: 404, body: "404 page not found" }));
  await page.goto(`${server.url}/deep`);
  await waitUntil(async () => (await page.textContent("#note")) === "Connection lost, retrying …");
  server.change({ app: greeting });
  await page.waitForSelector("h1:text-is('app')");
});

inChromium("polls that are cut now and then, as by networks of Docker's, are no lost connection", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  const notes: (string | null)[] = [];
  await page.route("**/_health?*", async (route) => {
    notes.push(await page.textContent("#note"));
    if (notes.length > 2) return route.continue();
    // Long enough to show that there was a connection.
    await page.waitForTimeout(500);
    return route.abort("connectionreset");
  });
  await page.goto(server.url);
  await waitUntil(() => server.polls["/_health"].length === 1);
  assert.deepEqual(notes, ["", "", ""]);
});

for (const javaScriptEnabled of [true, false]) {
  inChromium(
    `a page that says when to ask again does so itself, ${javaScriptEnabled ? "with" : "without"} script`,
    async (t, open) => {
      const busy = (it: Responder): Answer =>
        it.problem("too-many-pending", { retryMs: 1_000 }, { kind: "navigation" });
      const server = await startWakingServer(t, { pages: { "/busy": busy } });
      const page = await open({ javaScriptEnabled });
      await page.goto(`${server.url}/busy`);
      await waitUntil(() => server.visits.length === 2);
    },
  );
}
