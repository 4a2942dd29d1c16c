import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, test, type TestContext } from "node:test";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { cleanup } from "./cleanup.ts";
import { toolOrSkip } from "./tools.ts";

/**
 * Opens a page in a new context; its faults (console errors, policy violations, foreign requests, dialogs) fail the
 * test.
 */
export type OpenPage = (options?: BrowserContextOptions) => Promise<Page>;

/**
 * Defines a test in headless Chromium; without that it is skipped with the reason, or fails in CI. A file shares one
 * browser.
 */
export function inChromium(title: string, run: (t: TestContext, open: OpenPage) => Promise<void>): void {
  test(title, async (t) => {
    const executablePath = toolOrSkip(t, "chromium");
    if (executablePath === undefined) return;
    shared ??= chromium.launch({ executablePath, args: ARGUMENTS });
    const browser = await shared;
    const faults: string[] = [];
    await run(t, async (options) => {
      const context = await browser.newContext(options);
      cleanup(t, () => context.close());
      const page = await context.newPage();
      watch(page, faults);
      outlastNetworks(page);
      return page;
    });
    assert.deepEqual(faults, []);
  });
}

/** Saves a screenshot if SCREENSHOT_DIR is set, as in CI. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const directory = process.env["SCREENSHOT_DIR"];
  if (directory === undefined || directory === "") return;
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: path.join(directory, `${name}.png`), fullPage: true });
}

let shared: Promise<Browser> | undefined;
after(async () => (await shared)?.close());

const LOCAL = new Set(["127.0.0.1", "localhost"]);

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // For hosts of a front proxy, to which a browser sends fewer fields over plain HTTP than to localhost.
  "--host-resolver-rules=MAP *.test 127.0.0.1",
];

function watch(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !isOurs(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol !== "data:" && !LOCAL.has(hostname) && !hostname.endsWith(".test"))
      faults.push(`foreign request: ${request.url()}`);
  });
}

/** Repeats a navigation that a change of Docker's networks interrupted, which is not a fault of the page. */
function outlastNetworks(page: Page): void {
  const goto = page.goto.bind(page);
  page.goto = async (url, options) => {
    try {
      return await goto(url, options);
    } catch (error) {
      if (!String(error).includes("ERR_NETWORK_CHANGED")) throw error;
      return goto(url, options);
    }
  };
}

/**
 * Returns whether a console message is a fault of ours. Chromium also reports every response that is not 2xx, and polls
 * that a restart, or a change of Docker's networks elsewhere on the machine, has interrupted.
 */
function isOurs(text: string): boolean {
  return /^Failed to load resource: (the server responded with a status of \d{3} |net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|NETWORK_CHANGED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED|CONNECTION_CLOSED|CONNECTION_ABORTED))/u.test(
    text,
  );
}
