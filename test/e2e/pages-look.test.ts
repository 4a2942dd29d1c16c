import assert from "node:assert/strict";
import type { Theme } from "../../src/core/settings.ts";
import type { Answer } from "../../src/respond/answer.ts";
import type { ClientFacts } from "../../src/respond/pages.ts";
import { LANGUAGES } from "../../src/respond/language.ts";
import type { Responder } from "../../src/respond/responder.ts";
import { axeFaultsOf } from "../support/axe.ts";
import { inChromium, keepPicture } from "../support/browser.ts";
import { BROKEN_TEXT } from "../support/broken-words.ts";
import { TOO_FAINT } from "../support/too-faint.ts";
import { BRANDING, startWakingServer } from "../support/waking-server.ts";

const VISITOR: ClientFacts = { kind: "navigation", acceptLanguage: "en" };
const LONG = "A rather long name of an app that nobody would choose but somebody will";
const LINES = [
  "[12:01:03] [INF] Main: version 10.10.3",
  "x".repeat(400),
  "[12:01:04] [WRN] \u202egnp.exe <script>alert(1)</script>",
];
const AT = Date.UTC(2026, 0, 12, 23, 10);

/** Every page of the family, each in the state that is hardest to lay out. */
const PAGES: Readonly<Record<string, (responder: Responder) => Answer>> = {
  loading: (it) =>
    it.loading(waking({ phase: "waiting", elapsedMs: 7_000, etaMs: 12_000, hasDependencies: true }), VISITOR),
  "loading-first": (it) => it.loading(waking({ phase: "starting", elapsedMs: 900, etaMs: undefined }), VISITOR),
  "loading-long": (it) =>
    it.loading(
      { ...waking({}), branding: { ...BRANDING, title: LONG, message: LONG.replaceAll(" ", "-"), color: "#ffffff" } },
      VISITOR,
    ),
  failed: (it) => it.failed({ branding: BRANDING, failure: EXITED, retryMs: 24_000, logs: LINES }, VISITOR),
  "failed-now": (it) => it.failed({ branding: { ...BRANDING, color: "#000" }, failure: EXITED, retryMs: 0 }, VISITOR),
  offline: (it) =>
    it.offline({ branding: BRANDING, nowMs: AT, untilMs: AT + 28_000_000, timezone: "Europe/Rome" }, VISITOR),
  suspended: (it) =>
    it.suspended({ branding: BRANDING, nowMs: AT, untilMs: AT + 7_000_000, timezone: "Europe/Rome" }, VISITOR),
  asleep: (it) => it.asleep({ branding: BRANDING, status: 503 }, VISITOR),
  "not-found": (it) => it.unknownHost({ host: `${"very-long-label.".repeat(9)}example.com` }, VISITOR),
  busy: (it) => it.problem("too-many-pending", { container: "jellyfin" }, VISITOR),
  forbidden: (it) => it.problem("forbidden", {}, VISITOR),
};
const EXITED = {
  reason: "exited",
  exitCode: 137,
  cause: { code: "exited", exitCode: 137, restarts: false, output: "no database" },
  atMs: 0,
} as const;

for (const theme of ["default", "minimal", "terminal"] as const satisfies readonly Theme[]) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 1440]) {
      inChromium(
        `theme ${theme}, ${colorScheme}, ${width} px: every page fits, and its words can be read`,
        async (t, open) => {
          const pages = Object.fromEntries(Object.entries(PAGES).map(([name, make]) => [`/${name}`, make]));
          const server = await startWakingServer(t, { theme, pages });
          const page = await open({ colorScheme, viewport: { width, height: 800 } });
          for (const name of Object.keys(PAGES)) {
            await page.goto(`${server.url}/${name}`);
            assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width, `${name} overflows`);
            assert.deepEqual(await page.evaluate(TOO_FAINT), [], name);
            assert.deepEqual(await page.evaluate(BROKEN_TEXT), [], name);
            await keepPicture(page, `${theme}-${name}-${colorScheme}-${width}`);
          }
        },
      );
    }
  }
}

inChromium("in every language the steps of a wake stay inside the margins of a narrow phone", async (t, open) => {
  const model = waking({ phase: "updating", hasDependencies: true });
  const languages = Object.keys(LANGUAGES);
  const pages = Object.fromEntries(
    languages.map((language) => [
      `/${language}`,
      (it: Responder) => it.loading(model, { ...VISITOR, acceptLanguage: language }),
    ]),
  );
  const server = await startWakingServer(t, { pages });
  const page = await open({ viewport: { width: 320, height: 800 } });
  for (const language of languages) {
    await page.goto(`${server.url}/${language}`);
    assert.deepEqual(await page.evaluate(STEPS_OUTSIDE), [], language);
  }
});

/** The steps whose text leaves the list that they are in. */
const STEPS_OUTSIDE = `(() => {
  const list = document.querySelector(".steps").getBoundingClientRect();
  return [...document.querySelectorAll(".steps li:not([hidden])")].filter((step) => {
    const range = document.createRange();
    range.selectNodeContents(step);
    const text = range.getBoundingClientRect();
    return text.left < list.left - 1 || text.right > list.right + 1;
  }).map((step) => step.textContent);
})()`;

for (const colorScheme of ["light", "dark"] as const) {
  inChromium(`axe finds no fault on any page (${colorScheme})`, async (t, open) => {
    const pages = Object.fromEntries(Object.entries(PAGES).map(([name, make]) => [`/${name}`, make]));
    const server = await startWakingServer(t, { pages });
    const page = await open({ colorScheme, bypassCSP: true });
    for (const path of Object.keys(pages)) assert.deepEqual(await axeFaultsOf(page, `${server.url}${path}`), [], path);
  });
}

inChromium("a visitor who prefers reduced motion gets none", async (t, open) => {
  const server = await startWakingServer(t, { health: { etaMs: undefined } });
  const moving = await open({ reducedMotion: "no-preference" });
  await moving.goto(server.url);
  assert.notEqual(await moving.evaluate("document.getAnimations().length"), 0);
  const still = await open({ reducedMotion: "reduce" });
  await still.goto(server.url);
  assert.equal(await still.evaluate("document.getAnimations().length"), 0);
});

inChromium("the keyboard reaches logs and retry, and shows where it is", async (t, open) => {
  const server = await startWakingServer(t, { pages: { "/failed": PAGES["failed-now"] ?? notThere } });
  const page = await open();
  await page.goto(server.url);
  const stops = [];
  for (let index = 0; index < 2; index += 1) {
    await page.keyboard.press("Tab");
    stops.push(await page.evaluate("document.activeElement.id || document.activeElement.localName"));
    assert.equal(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid");
  }
  assert.deepEqual(stops, ["summary", "log"]);
  await page.goto(`${server.url}/failed`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.id"), "retry");
});

inChromium("a screen reader hears the phase when it changes, and nothing each second", async (t, open) => {
  const server = await startWakingServer(t);
  const page = await open();
  await page.goto(server.url);
  const live = await page.locator("[role=status]:visible, [aria-live]:visible").allTextContents();
  assert.deepEqual(live, ["Starting"]);
  const bar = await page.getByRole("progressbar", { name: "Progress of the wake-up" }).elementHandle();
  assert.ok(bar);
  assert.deepEqual(await page.getByRole("heading").allTextContents(), ["Jellyfin"]);
});

inChromium("a hostile branding, host and failure stay text on every page", async (t, open) => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'\u2028\u202e{{7*7}}</title></style>`;
  const branding = {
    ...BRANDING,
    name: evil,
    title: evil,
    message: evil,
    color: `red;}body{display:none}`,
    redirectPath: "javascript:alert(3)",
  };
  const failure = { ...EXITED, cause: { ...EXITED.cause, output: evil } };
  const server = await startWakingServer(t, {
    pages: {
      "/loading": (it) => it.loading({ ...waking({}), branding, logs: [evil] }, VISITOR),
      "/failed": (it) => it.failed({ branding, failure, retryMs: 0, logs: [evil] }, VISITOR),
      "/offline": (it) => it.offline({ branding, nowMs: AT, untilMs: undefined, timezone: "UTC" }, VISITOR),
      "/asleep": (it) => it.asleep({ branding, status: 503 }, VISITOR),
      "/not-found": (it) => it.unknownHost({ host: evil }, VISITOR),
      "/busy": (it) => it.problem("too-many-pending", { container: evil }, VISITOR),
    },
  });
  const page = await open();
  for (const name of ["loading", "failed", "offline", "asleep", "not-found", "busy"]) {
    await page.goto(`${server.url}/${name}`);
    assert.ok(await page.isVisible("h1"), name);
    assert.equal(await page.locator("main :is(img, script, b)").count(), 0, name);
    const words = (await page.textContent("main")) ?? "";
    assert.ok(words.includes(`"><script>alert(1)</script>`), name);
    assert.doesNotMatch(words, /[\u2028\u202e]|49/u, name);
  }
});

function waking(more: Partial<Parameters<Responder["loading"]>[0]>): Parameters<Responder["loading"]>[0] {
  const page = {
    branding: BRANDING,
    mode: "proxy",
    phase: "starting",
    elapsedMs: 900,
    etaMs: 9_000,
    hasDependencies: false,
  } as const;
  return { ...page, logs: LINES, ...more };
}

function notThere(): Answer {
  throw new Error("no such page");
}
