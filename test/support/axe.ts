import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/**
 * Returns serious and critical faults, and all best practices. Open the page with `bypassCSP`: its policy blocks axe's
 * script.
 */
export async function axeFaultsOf(page: Page, url: string): Promise<string[]> {
  await page.goto(url);
  await page.addScriptTag({ path: AXE });
  return page.evaluate(`axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => impact + " " + id + ": " + nodes.slice(0, 3).map(({ target, failureSummary }) => target.join(" ") + " " + failureSummary).join(" | ")))`);
}
