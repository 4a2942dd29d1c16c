import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { LANGUAGES } from "../../src/respond/language.ts";
import { navigation } from "../support/http.ts";
import { startFleet } from "./admin-fleet.ts";
import { byContainer, type EndpointsServer, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

const HOSTILE = `"><script>alert(1)</script>'\u202e\u2028{{7*7}}`;
const AUTH = { method: "basic", username: "admin", password: "pw" } as const;
const HEADERS = { ...navigation, authorization: `Basic ${Buffer.from("admin:pw").toString("base64")}` };

async function page({ ask }: EndpointsServer, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, text } = await ask(path, { headers: { ...HEADERS, ...headers } });
  assert.equal(status, 200, path);
  return text;
}

/** What a page's words and markup (its style and script apart) have of a pattern. */
function found(text: string, pattern: RegExp): string[] {
  const body = text.slice(text.indexOf("<body")).replace(/<script nonce.*<\/script>/s, "");
  return [...body.matchAll(new RegExp(pattern.source, "gsu"))].map(([match]) => match);
}

function titles(text: string): string[] {
  return [...text.matchAll(/class="title"[^>]*><bdi>([^<]*)</g)].map(([, title = ""]) => title);
}

const PATHS = ["/_status", "/_status?view=groups", "/_status/c/jellyfin", "/_topology"];

for (const path of PATHS) {
  test(`${path} is a page with one policy, which lets nothing foreign run and nobody frame it`, async (t) => {
    const { headers, text, rawHeaders } = await (await startFleet(t)).ask(path, { headers: navigation });
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    const policies = rawHeaders.filter((name) => name.toLowerCase() === "content-security-policy");
    assert.equal(policies.length, 1);
    const nonce = /script-src 'nonce-([^']+)'/.exec(String(headers["content-security-policy"]))?.[1];
    assert.match(String(headers["content-security-policy"]), /^default-src 'none'; .*frame-ancestors 'none'$/);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-frame-options"], "DENY");
    for (const [tag] of text.matchAll(/<(?:script|style)\b[^>]*>/g)) assert.ok(tag.includes(`nonce="${nonce}"`), tag);
    assert.doesNotMatch(text, / style="| on\w+="|<link[^>]+href="(?!data:)|src="(?!data:)/);
  });

  test(`${path} is complete in every language`, async (t) => {
    const fixture = await startFleet(t);
    const english = await page(fixture, path);
    for (const language of Object.keys(LANGUAGES)) {
      const text = await page(fixture, path, { "accept-language": language });
      assert.match(text, new RegExp(`<html lang="${language}">`));
      assert.deepEqual(found(text, /.{20}(?:undefined|\{(?!status)\w+\}|\[object|NaN)/g), [], language);
      if (language !== "en") assert.notEqual(text.length, english.length);
    }
  });
}

for (const [query, expected] of [
  ["?q=jelly", ["Jellyfin"]],
  ["?q=MARIADB", ["mariadb"]],
  ["?q=files.home", ["Nextcloud"]],
  ["?q=jellyfin/jellyfin", ["Jellyfin"]],
  ["?q=api+2", ["api-2"]],
  ["?q=%20immich%20%20redis%20", ["immich-redis"]],
  ["?q=nothing-has-this", []],
  ["?state=trouble", ["broken-shop", "old-wiki"]],
  ["?state=changing", ["Minecraft"]],
  ["?state=asleep&q=.test", ["freshrss", "Office hours", "paperless", "Vaultwarden"]],
  ["?state=no-such-state&q=old-wiki", ["old-wiki"]],
  ["?sort=used&q=home", ["Nextcloud"]],
] as const) {
  test(`the dashboard filters by its address: ${query}`, async (t) => {
    assert.deepEqual(titles(await page(await startFleet(t), `/_status${query}`)), expected);
  });
}

test("the dashboard sorts by problems, by the next stop, and by the last request", async (t) => {
  const fixture = await startFleet(t);
  const first = async (sort: string): Promise<string | undefined> =>
    titles(await page(fixture, `/_status?sort=${sort}`))[0];
  assert.equal(await first("state"), "broken-shop");
  assert.equal(await first("sleep"), "Gitea");
  assert.equal(await first("used"), "Jellyfin");
  assert.equal(await first("asleep"), "api-3");
});

test("in the view of groups each app is shown with its group, below the apps that need it", async (t) => {
  const text = await page(await startFleet(t), "/_status?view=groups");
  const rows = [...text.matchAll(/<tr role="row" data-key="([^"]+)"/g)].map(([, key]) => key);
  for (const key of ["api/api-1", "/immich", "/immich/immich-db", "/nextcloud/mariadb", "/paperless/mariadb"])
    assert.ok(rows.includes(key), key);
  assert.equal(new Set(rows).size, rows.length, "each key once");
  assert.match(text, /<h2>api <small>api.home.test/);
  assert.match(text, /needed by Nextcloud/);
});

test("the dashboard shows the class of the last client of an app, and no address", async (t) => {
  const text = await page(await startFleet(t), "/_status");
  for (const client of ["browser", "bot", "program"]) assert.match(text, new RegExp(`class="after">${client}<`));
  assert.doesNotMatch(text, /192\.0\.2\.|Googlebot|Firefox/);
});

test("the dashboard shows many apps in pages, and its search finds each of them", async (t) => {
  const names = Array.from({ length: 600 }, (_, at) => `app-${at}`);
  const fixture = await startEndpoints(t, settingsOf(names.map((name) => ({ name }))));
  for (const view of ["", "view=groups&"]) {
    const shown: string[] = [];
    const ranges: string[] = [];
    for (let next: string | undefined = `?${view}page=1`; next !== undefined;) {
      const text = await page(fixture, `/_status${next}`);
      shown.push(...titles(text));
      next = /<a href="\/_status([^"]*)">Next</.exec(text)?.[1]?.replaceAll("&amp;", "&");
      ranges.push(/\d+ to \d+ of \d+/.exec(text)?.[0] ?? "");
    }
    assert.deepEqual(shown, names);
    assert.deepEqual(ranges, ["1 to 250 of 600", "251 to 500 of 600", "501 to 600 of 600"]);
    assert.deepEqual(titles(await page(fixture, `/_status?${view}q=app-599&page=9`)), ["app-599"]);
  }
});

test("every name stays text", async (t) => {
  const settings = settingsOf(
    [
      { name: HOSTILE, title: HOSTILE, hosts: ["app.test"], dependsOn: [{ name: "db", condition: "healthy" }] },
      { name: "db" },
    ],
    { gateway: { adminAuth: AUTH }, groups: [{ name: HOSTILE, members: ["db"], hosts: ["x.test"] }] },
  );
  const merged = () => ({
    faults: byContainer([{ place: { kind: "label", container: HOSTILE, label: HOSTILE }, message: HOSTILE }]),
    originsOf: () => new Map(),
  });
  const describeSettings = () => [{ key: HOSTILE, value: HOSTILE, source: `label ${HOSTILE}` }];
  const fixture = await startEndpoints(t, settings, {
    workloads: { [HOSTILE]: { image: HOSTILE, logs: [HOSTILE], refusesStart: HOSTILE } },
    deps: { merged, describeSettings },
  });
  fixture.lifecycle.wake(fixture.record(HOSTILE), "request");
  await fixture.clock.advance(1_000);
  for (const path of ["/_status", "/_status?view=groups", `/_status/c/${encodeURIComponent(HOSTILE)}`, "/_topology"]) {
    const text = await page(fixture, path);
    assert.ok(found(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/).length > 0, path);
    assert.deepEqual(found(text, /<script>alert|[\u202e\u2028]|'\s*49/g), [], path);
  }
  const search = await page(fixture, `/_status?q=${encodeURIComponent(HOSTILE)}`);
  assert.deepEqual(found(search, /<script>alert|[\u202e\u2028]/g), []);
});

const ODD_LINES = ["\u001b[31mred\u001b[0m", "a\u202eb", "<b>bold</b>", "x".repeat(2 ** 20), "\u0000\u0007"];

for (const [rule, logs, adminAuth, isUp, expected] of [
  ["a logged-in user sees the last lines at any time", "starting", AUTH, true, /<div>red<\/div>/],
  [
    "where anybody is an administrator, they are shown as visitors see them",
    "starting",
    { method: "none" },
    true,
    /Visitors see the log only while the app starts/,
  ],
  ["with logs: always everybody sees them", "always", { method: "none" }, true, /<div>red<\/div>/],
  ["with logs: never nobody sees them", "never", AUTH, true, /hidden from everybody/],
] as const) {
  test(`logs on the detail page: ${rule}`, async (t: TestContext) => {
    const settings = settingsOf([{ name: "app", logs }], { gateway: { adminAuth } });
    const fixture = await startEndpoints(t, settings, { workloads: { app: { logs: ODD_LINES } } });
    if (isUp) fixture.lifecycle.wake(fixture.record("app"), "request");
    await fixture.clock.advance(1_000);
    const text = await page(fixture, "/_status/c/app");
    assert.equal(found(text, expected).length, 1);
    assert.deepEqual(found(text, /(?!\n)\p{Cc}|\u202e|<b>bold/u), []);
    assert.ok(text.length < 80_000, `${text.length}`);
  });
}

test("a container's page shows what happened, how long wakes take, and the origin of each setting", async (t) => {
  const text = await page(await startFleet(t), "/_status/c/jellyfin");
  for (const words of [
    "It was woken at",
    "3 requests or connections are open.",
    'class="histogram"',
    "config.yaml, line 14",
    "label dag.title",
    "more with default values",
    "jellyfin/jellyfin:10.10",
  ])
    assert.ok(text.includes(words), words);
  assert.match(
    await page(await startFleet(t), "/_status/c/vaultwarden"),
    /id="warnings".*label dag\.idle_timout: unknown key/s,
  );
  assert.match(await page(await startFleet(t), "/_status/c/mariadb"), /Needed by.*\/_status\/c\/nextcloud/s);
});

for (const [accept, format, type] of [
  ["text/html", "", "text/html; charset=utf-8"],
  ["*/*", "", "application/json"],
  ["application/json", "", "application/json"],
  ["text/vnd.mermaid", "", "text/plain; charset=utf-8"],
  ["text/html", "?format=json", "application/json"],
  ["text/html", "?format=mermaid", "text/plain; charset=utf-8"],
  ["*/*", "?format=html", "text/html; charset=utf-8"],
] as const) {
  test(`/_topology${format} for ${accept} is ${type}`, async (t) => {
    const answer = await (await startFleet(t)).ask(`/_topology${format}`, { headers: { accept } });
    assert.equal(answer.headers["content-type"], type);
  });
}

test("the dashboard of a gateway without apps says what to do", async (t) => {
  assert.match(await page(await startEndpoints(t, settingsOf([])), "/_status"), /dag\.enabled=true/);
  assert.match(await page(await startEndpoints(t, settingsOf([])), "/_topology"), /dag\.enabled=true/);
});

for (const defaultDocker of ["docker", "local"]) {
  test(`each app is shown with its Docker host or cluster (DOCKER_HOST is "${defaultDocker}")`, async (t) => {
    const settings = settingsOf(
      [
        { name: "notes" },
        { name: "nas:notes", engine: "nas" },
        { name: "kubernetes:default/notes", engine: "kubernetes" },
      ],
      { gateway: { defaultDocker } },
    );
    const fixture = await startEndpoints(t, settings);
    const [overview, topology] = [await page(fixture, "/_status"), await page(fixture, "/_topology")];
    for (const [name, place] of [
      ["notes", defaultDocker === "docker" ? undefined : defaultDocker],
      ["nas:notes", "nas"],
      ["kubernetes:default/notes", "kubernetes"],
    ] as const) {
      const row = overview.split("<tr ").find((one) => one.includes(`<bdi>${name}</bdi>`));
      assert.equal(/class="line soft engine">([^<]*)</.exec(row ?? "")?.[1], place, name);
      const box = new RegExp(`<title>${name} · ([^<]*)</title>`).exec(topology)?.[1];
      assert.equal(box, ["asleep", ...(place === undefined ? [] : [place]), `${name}.test`].join(" · "), name);
      const details = await page(fixture, `/_status/c/${encodeURIComponent(name)}`);
      assert.match(details, new RegExp(`<dt>Runs on</dt><dd>(?:<[^>]*>)*${place ?? defaultDocker}<`), name);
    }
  });
}

test("a port that does not answer is a warning, but no setting that is ignored", async (t) => {
  const settings = settingsOf([
    { name: "store", hosts: ["s3.test", "ui.test"], hostPorts: { "ui.test": 9001 }, startTimeoutMs: 5_000 },
  ]);
  const fixture = await startEndpoints(t, settings);
  fixture.lifecycle.wake(fixture.record("store"), "request");
  await fixture.clock.advance(10_000);
  const [overview, details] = [await page(fixture, "/_status"), await page(fixture, "/_status/c/store")];
  assert.match(overview, /ui\.test → 9001[\s\S]*>1 warning</);
  assert.match(details, /<h2 class="danger">Warnings<\/h2><ul class="plain"><li><bdi>no answer on port 9001/);
});
