import assert from "node:assert/strict";
import type { Theme } from "../../src/core/settings.ts";
import { LANGUAGES } from "../../src/respond/language.ts";
import { startFleet } from "../integration/admin-fleet.ts";
import { inChromium, keepPicture } from "../support/browser.ts";
import { BROKEN_TEXT } from "../support/broken-words.ts";
import { TOO_FAINT } from "../support/too-faint.ts";

const AUTH = { method: "basic", username: "admin", password: "pw" } as const;
const HEADERS = { authorization: `Basic ${Buffer.from("admin:pw").toString("base64")}` };

const PAGES = {
  dashboard: "/_status",
  groups: "/_status?view=groups",
  "no-match": "/_status?q=nothing-is-called-so",
  detail: "/_status/c/jellyfin",
  "detail-failed": "/_status/c/broken-shop",
  "detail-warnings": "/_status/c/vaultwarden",
  topology: "/_topology",
};

const THEMES = ["default", "minimal", "terminal"] as const satisfies readonly Theme[];

for (const theme of THEMES) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1440]) {
      inChromium(
        `theme ${theme}, ${colorScheme}, ${width} px: every page for administrators fits, and its words can be read`,
        async (t, open) => {
          const fixture = await startFleet(t, { gateway: { adminAuth: AUTH } }, { theme });
          const options = { colorScheme, viewport: { width, height: 900 } };
          const outside = await open(options);
          const inside = await open({ ...options, extraHTTPHeaders: HEADERS });
          for (const [name, path] of [["login", "/_status/login"], ...Object.entries(PAGES)] as const) {
            const page = name === "login" ? outside : inside;
            await page.goto(`http://localhost:${fixture.port}${path}`);
            await keepPicture(page, `admin-${theme}-${name}-${colorScheme}-${width}`);
            assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${name} overflows`);
            assert.deepEqual(await page.evaluate(TOO_FAINT), [], name);
            assert.deepEqual(await page.evaluate(BROKEN_TEXT), [], name);
            if (name !== "detail") continue;
            await page.evaluate(`document.querySelector("h1 bdi").textContent = "${"paperless_ngx_".repeat(5)}"`);
            await keepPicture(page, `admin-${theme}-long-${colorScheme}-${width}`);
            assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, "a long name overflows");
          }
        },
      );
    }
  }
}

inChromium("in every language the dashboard fits a narrow phone", async (t, open) => {
  const fixture = await startFleet(t, {});
  for (const locale of Object.keys(LANGUAGES)) {
    const page = await open({ locale, viewport: { width: 320, height: 900 } });
    await page.goto(`http://localhost:${fixture.port}${PAGES.dashboard}`);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320, locale);
  }
});

for (const theme of THEMES) {
  inChromium(
    `theme ${theme}: on a wide screen the buttons of a row stand on one line, in every language`,
    async (t, open) => {
      const fixture = await startFleet(t, {}, { theme });
      for (const locale of Object.keys(LANGUAGES)) {
        const page = await open({ locale, viewport: { width: 1440, height: 900 } });
        await page.goto(`http://localhost:${fixture.port}${PAGES.dashboard}`);
        await keepPicture(page, `admin-${theme}-buttons-${locale}`);
        assert.deepEqual(await page.evaluate(WRAPPED), [], locale);
      }
    },
  );
}

/** Finds the rows whose buttons stand on several lines, in the page. */
const WRAPPED = `[...document.querySelectorAll("form.actions")]
  .filter((form) => form.getBoundingClientRect().height > 1.5 * (form.querySelector("button,summary")?.offsetHeight ?? Infinity))
  .map((form) => form.dataset.name)`;
