import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startAdminGateway } from "../support/admin-gateway.ts";
import { inChromium } from "../support/browser.ts";
import { waitUntil } from "../support/wait-until.ts";

const AUTH = { method: "basic", username: "admin", password: "correct horse" };

const row = (page: Page, name: string) => page.locator(`tr[data-key="/${name}"]`);
const stateOf = (page: Page, name: string, state: string) =>
  page.locator(`tr[data-key="/${name}"][data-state="${state}"]`);

inChromium("without script everything works, only not by itself", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app", "bee"]);
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${url}/_status?sort=wakes`);
  await row(page, "app").getByRole("button", { name: "Wake app" }).click();
  assert.equal(page.url(), `${url}/_status?sort=wakes`);
  await waitUntil(async () => {
    await page.reload();
    return (await stateOf(page, "app", "ready").count()) > 0;
  });
  await row(page, "app").locator("summary").click();
  await row(page, "app").getByRole("button", { name: "for 8 h" }).click();
  assert.match((await row(page, "app").textContent()) ?? "", /kept awake until/);
  await row(page, "app").locator("summary").click();
  await row(page, "app").getByRole("button", { name: "Let it sleep again" }).click();
  assert.match((await row(page, "app").textContent()) ?? "", /sleeps in/);
  await page.getByRole("link", { name: "Asleep 1" }).click();
  assert.equal(await row(page, "app").count(), 0);
  await page.getByRole("link", { name: "All 2" }).click();
  await page.getByRole("searchbox").fill("app");
  await page.getByRole("button", { name: "Show" }).click();
  assert.equal(await row(page, "bee").count(), 0);
  await row(page, "app").getByRole("button", { name: "Stop app" }).click();
  await row(page, "app").getByRole("link", { name: "app", exact: true }).click();
  assert.match((await page.locator("h1").textContent()) ?? "", /app/);
  await page.getByRole("link", { name: "Topology" }).click();
  await page.getByRole("link", { name: /^app\b.*sleep/ }).click();
  assert.equal(page.url(), `${url}/_status/c/app`);
  await page.getByRole("button", { name: "Suspend 24 h: app" }).click();
  assert.match((await page.locator("main").textContent()) ?? "", /suspended until/);
  assert.equal(await page.getByRole("button", { name: "Wake app" }).count(), 0);
  await page.getByRole("button", { name: "Resume app" }).click();
  await page.getByRole("button", { name: "Wake app" }).waitFor();
});

inChromium("what happens shows by itself, in place, and leaves the focus and open menus alone", async (t, open) => {
  const gateway = await startAdminGateway(t, ["app", "bee"]);
  const page = await open();
  await page.goto(`${gateway.url}/_status`);
  await page.locator("#live[data-how=live]").waitFor();
  await page.evaluate("window.here = true");
  await row(page, "bee").locator("summary").click();
  await row(page, "app").getByRole("link", { name: "app", exact: true }).focus();
  await gateway.request({ host: "app.test", headers: { "user-agent": "curl/8" } });
  await stateOf(page, "app", "ready").waitFor();
  await row(page, "app").getByText("program").waitFor();
  assert.equal(await page.evaluate("window.here"), true, "it was not reloaded");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "app");
  assert.match(await page.title(), /^1 of 2 awake/);
  const before = await row(page, "app").locator("td.state time").textContent();
  const passed = async (): Promise<boolean> =>
    (await row(page, "app").locator("td.state time").textContent()) !== before;
  await waitUntil(passed, 5_000, "the clock of the page");
  assert.equal(await row(page, "bee").locator("details[open]").count(), 1, "the menu is still open");
});

inChromium("a button acts in place and says what it did", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app"]);
  const page = await open();
  await page.goto(`${url}/_status`);
  await page.evaluate("window.here = true");
  await page.getByRole("button", { name: "Wake app" }).click();
  await page.getByText("app is waking up.").waitFor();
  await stateOf(page, "app", "ready").waitFor();
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "for 1 h" }).click();
  await page.getByText("app stays awake.").waitFor();
  await row(page, "app").getByText("kept awake until").waitFor();
  assert.equal(await page.evaluate("window.here"), true);
});

inChromium("where the stream is cut, the page asks", async (t, open) => {
  const gateway = await startAdminGateway(t, ["app"]);
  const page = await open();
  await page.route("**/_status/events", (route) => route.fulfill({ status: 503, body: "" }));
  await page.goto(`${gateway.url}/_status`);
  await page.getByText("Refreshes every 5 s").waitFor();
  await gateway.request({ host: "app.test" });
  await stateOf(page, "app", "ready").waitFor();
});

inChromium("the page reports an unreachable gateway, and recovers when it is back", async (t, open) => {
  const gateway = await startAdminGateway(t, ["app"]);
  const page = await open();
  await page.goto(`${gateway.url}/_status`);
  await page.locator("#live[data-how=live]").waitFor();
  await gateway.stop();
  await page.getByText("No connection").waitFor();
  await gateway.restart();
  await page.locator("#live[data-how=live]").waitFor();
});

inChromium("the keyboard alone finds, wakes, opens and closes", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app", "bee"]);
  const page = await open();
  await page.goto(`${url}/_status`);
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || document.activeElement.name",
    );
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "main");
  const seen: string[] = [];
  for (let step = 0; step < 40 && seen.at(-1) !== "Wake bee"; step += 1) {
    await page.keyboard.press("Tab");
    assert.equal(
      await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"),
      "solid",
      await focused(),
    );
    seen.push(await focused());
  }
  for (const stop of ["All 2", "q", "app", "Wake app", "Keep awake: app"]) {
    assert.ok(seen.map((name) => name.trim()).includes(stop), `${stop} in ${seen.join(", ")}`);
  }
  await page.keyboard.press("Enter");
  await page.getByText("bee is waking up.").waitFor();
  // The button that was pressed is replaced by one that stops, and Tab continues from where it was.
  await row(page, "bee").getByRole("button", { name: "Stop bee" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Stop bee");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await row(page, "bee").locator("details[open]").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("details[open]").count(), 0);
  assert.equal(await focused(), "Keep awake: bee");
});

inChromium("what has the focus keeps it when the row's buttons change", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app"]);
  const page = await open();
  await page.goto(`${url}/_status`);
  await row(page, "app").locator("summary").focus();
  await fetch(`${url}/_status/wake?container=app`, { method: "POST" });
  await row(page, "app").getByRole("button", { name: "Stop app" }).waitFor();
  assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "Keep awake: app");
});

inChromium("searching narrows the list while one types, and the address goes along", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app", "bee", "bear"]);
  const page = await open();
  await page.goto(`${url}/_status`);
  await page.getByRole("searchbox").pressSequentially("be");
  await row(page, "app").waitFor({ state: "detached" });
  assert.equal(await page.locator("tbody tr").count(), 2);
  assert.equal(page.url(), `${url}/_status?q=be`);
  assert.equal(await page.evaluate("document.activeElement.name"), "q");
  await page.getByRole("searchbox").fill("");
  await row(page, "app").waitFor();
  assert.equal(page.url(), `${url}/_status`);
});

inChromium("a login is requested once, returns to the wanted page, and can be ended", async (t, open) => {
  const { url } = await startAdminGateway(t, ["app"], { admin_auth: AUTH });
  const page = await open();
  await page.goto(`${url}/_status/c/app`);
  assert.equal(page.url(), `${url}/_status/login?next=%2F_status%2Fc%2Fapp`);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Wrong username, password, or token").waitFor();
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill(AUTH.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "app", exact: true }).waitFor();
  assert.equal(page.url(), `${url}/_status/c/app`);
  await page.goto(`${url}/_topology`);
  await page.getByRole("button", { name: "Log out" }).click();
  assert.equal(page.url(), `${url}/_status/login`);
  await page.goto(`${url}/_topology`);
  assert.match(page.url(), /\/_status\/login\?next=/);
});

inChromium("a page whose session ended redirects to the login", async (t, open) => {
  const gateway = await startAdminGateway(t, ["app"], { admin_auth: AUTH });
  const page = await open();
  await page.goto(`${gateway.url}/_status`);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill(AUTH.password);
  await page.keyboard.press("Enter");
  await page.locator("#live[data-how=live]").waitFor();
  await gateway.stop();
  await gateway.restart();
  await page.getByLabel("Password").waitFor();
});

inChromium("a link from another site needs no second login", async (t, open) => {
  const { url, port } = await startAdminGateway(t, ["app"], { admin_auth: AUTH });
  const page = await open();
  await page.goto(`${url}/_status`);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill(AUTH.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "0 of 1 awake" }).waitFor();
  await page.route("http://127.0.0.1:1/", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<link rel="icon" href="data:,"><a href="${url}/_topology">chat</a>`,
    }),
  );
  await page.goto("http://127.0.0.1:1/");
  await page.getByRole("link").click();
  await page.waitForURL(`http://localhost:${port}/_topology`);
});

test("an open page does not hold up the end of the gateway", async (t) => {
  const gateway = await startAdminGateway(t, ["app"]);
  const stream = await gateway.open({ host: "localhost", path: "/_status/events" });
  stream.resume();
  const began = performance.now();
  assert.equal(await gateway.stop(), 0);
  assert.ok(performance.now() - began < 8_000, `${performance.now() - began} ms`);
});
