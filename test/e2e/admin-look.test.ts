import assert from "node:assert/strict";
import { inChromium, keepPicture } from "../support/browser.ts";
import { TOO_FAINT } from "../support/too-faint.ts";
import { startFleet } from "../integration/admin-fleet.ts";

const PAGES = {
  dashboard: "/_status",
  groups: "/_status?view=groups",
  detail: "/_status/c/jellyfin",
  "detail-failed": "/_status/c/broken-shop",
  topology: "/_topology",
  login: "/_status/login",
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [360, 1440]) {
    inChromium(`${colorScheme}, ${width} px: every page for administrators fits, and can be read`, async (t, open) => {
      const house = await startFleet(t);
      const page = await open({ colorScheme, viewport: { width, height: 900 } });
      for (const [name, path] of Object.entries(PAGES)) {
        await page.goto(`http://localhost:${house.port}${path}`);
        await keepPicture(page, `admin-${name}-${colorScheme}-${width}`);
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${name} overflows`);
        assert.deepEqual(await page.evaluate(TOO_FAINT), [], name);
      }
    });
  }
}
