import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inChromium } from "../support/browser.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { startFrontApps } from "../support/front-apps.ts";
import { startCaddy } from "../support/fronts.ts";
import { policyFronts } from "../support/policy-fronts.ts";
import { startSleeping } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { greeting, startWakingServer } from "../support/waking-server.ts";

const RUNNING = { status: "running", error: "", phase: "ready", elapsedMs: 0, etaMs: 4_000, retryMs: 0 } as const;
const POLICIES = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "default-src 'self'; script-src 'self'; style-src 'self'",
];

for (const front of Object.keys(policyFronts) as (keyof typeof policyFronts)[]) {
  inChromium(
    `behind ${front} the page is readable and opens the app, whatever Content-Security-Policy ${front} adds`,
    async (t, open) => {
      const docker = dockerOrSkip(t);
      if (docker === undefined) return;
      const hosts = POLICIES.map((policy, index) => ({
        policy,
        asked: `asked${index}.test`,
        proxied: `proxied${index}.test`,
      }));
      const setup = await startFrontApps(
        t,
        docker,
        "address",
        hosts.map(({ asked, proxied }, index) => ({
          name: `policy${index}`,
          env: { AWAITS: "/go" }, // until all pages are read
          keys: { host: [asked, proxied] },
        })),
      );
      const running = await policyFronts[front](t, setup, hosts);
      if (running === undefined) return;
      const visits = hosts.flatMap(({ policy, asked, proxied }) => [asked, proxied].map((host) => ({ policy, host })));
      const pages = await Promise.all(
        visits.map(async ({ policy, host }) => {
          const page = await openForbidden(open);
          const url = `http://${host}:${running.port}/deep/link?q=1#part`;
          const answer = await page.goto(url);
          assert.equal(answer?.status(), 503, host);
          assert.ok(
            answer.headers()["content-security-policy"]?.includes(policy),
            `${front} adds no policy to ${host}`,
          );
          await assertReadable(page, host);
          return page;
        }),
      );
      for (const { container } of setup.apps) await waitUntil(() => container.isRunning(), 20_000, "its start");
      await Promise.all(setup.apps.map(({ container }) => container.touch("/go")));
      await Promise.all(
        pages.map(async (page) => {
          await page.waitForSelector("#url");
          assert.match(page.url(), /\/deep\/link\?q=1(?:#part)?$/u);
        }),
      );
    },
  );
}

inChromium("where a front strips a prefix, the page returns to the address that the browser shows", async (t, open) => {
  const docker = dockerOrSkip(t);
  if (docker === undefined) return;
  const { gateway, host } = await startSleeping(t, docker);
  const caddy = await startCaddy(
    t,
    (port) => `http://home.test:${port} {
	bind 127.0.0.1
	header Content-Security-Policy "default-src 'self'"
	handle_path /app/* {
		reverse_proxy 127.0.0.1:${gateway.port} {
			header_up Host ${host}
		}
	}
}`,
  );
  if (caddy === undefined) return;
  const page = await openForbidden(open);
  await page.goto(`http://home.test:${caddy.port}/app/deep/link?q=1`);
  await page.waitForSelector("#url", { timeout: 30_000 });
  assert.match(page.url(), /\/app\/deep\/link\?q=1$/u);
  assert.equal(await page.textContent("#url"), "/deep/link?q=1");
});

/** Under these the script is off, or runs and cannot poll: without an origin, or by the policy's own word. */
const NO_POLLS = ["sandbox", "sandbox allow-scripts", "default-src 'none'; script-src 'unsafe-inline'"];

inChromium("where a policy lets no script run, or no poll out, the page leaves as well", async (t, open) => {
  const visits = NO_POLLS.flatMap((policy) => (["proxy", "forward-auth"] as const).map((mode) => ({ policy, mode })));
  await Promise.all(
    visits.map(async ({ policy, mode }) => {
      const server = await startWakingServer(t, { mode, headers: ["Content-Security-Policy", policy] });
      const page = await openForbidden(open);
      await page.goto(`${server.url}/deep?q=1#part`);
      await assertReadable(page, policy);
      server.change({ health: RUNNING, app: greeting });
      await page.waitForSelector("h1:text-is('app')");
      assert.match(page.url(), /\/deep\?q=1(?:#part)?$/u);
    }),
  );
});

inChromium("where the script runs the page is not reloaded: polls alone tell it when to leave", async (t, open) => {
  const logo = `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><!--${"x".repeat(90_000)}--></svg>`;
  const server = await startWakingServer(t, { branding: { logo: logo.replaceAll('"', "'") } });
  const page = await open();
  const answer = await page.goto(`${server.url}/deep?q=1`);
  assert.match(answer?.headers()["refresh"] ?? "", /^5(?:;|$)/u);
  await page.waitForTimeout(7_000); // past the time of the header
  assert.deepEqual(server.visits, ["GET /deep?q=1"]);
  assert.equal(server.polls["/_health"].length, 1, "one long poll, and none that was aborted and sent again");
  assert.equal(await page.evaluate("document.querySelector('.sun img').naturalWidth"), 9, "the picture has come");
  server.change({ health: RUNNING, app: greeting });
  await page.waitForSelector("h1:text-is('app')");
});

/** Chromium tells in the console of what a policy forbids, and here that is wanted. */
async function openForbidden(open: () => Promise<Page>): Promise<Page> {
  const page = await open();
  page.removeAllListeners("console");
  return page;
}

/** Its text is there, no failure is shown, and no picture fills the window. */
async function assertReadable(page: Page, what: string): Promise<void> {
  const seen = await readPage(page);
  assert.ok(seen.heading, what);
  assert.equal(seen.retry, false, `${what}: a retry is shown while it wakes`);
  assert.ok(seen.tallest > 0 && seen.tallest < 120, `${what}: a picture is ${seen.tallest} px high`);
  assert.match(seen.words, /Starting|Started/u, what);
}

interface Seen {
  readonly heading: boolean;
  readonly retry: boolean;
  readonly tallest: number;
  readonly words: string;
}

/** Reads it again where its own reload got in the way. */
async function readPage(page: Page): Promise<Seen> {
  try {
    return await page.evaluate<Seen>(`({
      heading: document.querySelector("h1").checkVisibility(),
      retry: document.querySelector("#retry").checkVisibility(),
      tallest: Math.max(...[...document.querySelectorAll("svg, img")].map((each) => each.getBoundingClientRect().height)),
      words: document.querySelector("main").innerText,
    })`);
  } catch (error) {
    if (!String(error).includes("Execution context was destroyed")) throw error;
    await page.waitForLoadState();
    return readPage(page);
  }
}
