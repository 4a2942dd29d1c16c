import assert from "node:assert/strict";
import { LANGUAGES } from "../../src/respond/language.ts";
import { startFleet } from "../integration/admin-fleet.ts";
import { axeFaultsOf } from "../support/axe.ts";
import { BROKEN_TEXT } from "../support/broken-words.ts";
import { inChromium } from "../support/browser.ts";

const PAGES = [
  "/_status",
  "/_status?view=groups",
  "/_status?q=nothing",
  "/_status/c/jellyfin",
  "/_status/c/broken-shop",
  "/_topology",
];
const LOGIN = "/_status/login";
const AUTH = { method: "basic", username: "admin", password: "pw" } as const;
const HEADERS = { authorization: `Basic ${Buffer.from("admin:pw").toString("base64")}` };

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [360, 1440]) {
    inChromium(`axe finds no fault on the pages for administrators (${colorScheme}, ${width} px)`, async (t, open) => {
      const fixture = await startFleet(t, { gateway: { adminAuth: AUTH, logs: "always" } });
      // The page's own policy lets no foreign script in, and axe is one.
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const inside = await open({ ...options, extraHTTPHeaders: HEADERS });
      for (const path of PAGES)
        assert.deepEqual(await axeFaultsOf(inside, `http://localhost:${fixture.port}${path}`), [], path);
      await inside.locator("summary").first().click();
      const outside = await open(options);
      assert.deepEqual(await axeFaultsOf(outside, `http://localhost:${fixture.port}${LOGIN}`), [], LOGIN);
    });
  }
}

/** A step of yesterday has its day, whatever the time at which the test runs. */
const YESTERDAY =
  "for (const time of document.querySelectorAll('.timeline time')) time.textContent = 'vie, 27 nov, 22:00'";

inChromium("in every language every page fits a phone, with menus open too, and breaks no word", async (t, open) => {
  const fixture = await startFleet(t);
  for (const language of Object.keys(LANGUAGES)) {
    const page = await open({ locale: language, viewport: { width: 360, height: 800 } });
    for (const path of PAGES) {
      await page.goto(`http://localhost:${fixture.port}${path}`);
      await page.evaluate(YESTERDAY);
      for (const menu of await page.locator(".menu").all()) await menu.evaluate("(menu) => (menu.open = true)");
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, `${language} ${path}`);
      assert.deepEqual(await page.evaluate(BROKEN_TEXT), [], `${language} ${path}`);
    }
  }
});

inChromium("zoomed to twice the size of letters nothing is cut off", async (t, open) => {
  const fixture = await startFleet(t);
  const page = await open({ viewport: { width: 720, height: 800 } });
  for (const path of PAGES) {
    await page.goto(`http://localhost:${fixture.port}${path}`);
    await page.evaluate("document.documentElement.style.fontSize = '200%'").catch(() => undefined);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 720, path);
  }
});

inChromium("a hidden page holds no connection", async (t, open) => {
  const fixture = await startFleet(t);
  const page = await open();
  await page.goto(`http://localhost:${fixture.port}/_status`);
  await page.locator("#live[data-how=live]").waitFor();
  const cut = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/_status/events"));
  await page.evaluate(
    `Object.defineProperty(document, "hidden", { value: true }); document.dispatchEvent(new Event("visibilitychange"))`,
  );
  await cut;
});
