import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ContainerStatus } from "../api/container-status.ts";
import { BUCKETS, dashboardHref, parseDashboardQuery, SORT_KEYS, sortContainers, VIEWS } from "./dashboard-query.ts";

const parse = (query: string) => parseDashboardQuery(new URLSearchParams(query));
const DEFAULTS = { q: "", state: "all", sort: "name", view: "list", page: 1 };

for (const [query, expected] of [
  ["", {}],
  ["q=%20a%20b%20", { q: "a b" }],
  ["state=trouble&sort=sleep&view=groups", { state: "trouble", sort: "sleep", view: "groups" }],
  ["state=__proto__&sort=toString&view=", {}],
  ["q=a&q=b&state=awake&state=asleep", { q: "a", state: "awake" }],
  ["page=12", { page: 12 }],
  ["page=0", {}],
  ["page=1e9", {}],
  [`q=${"x".repeat(500)}`, { q: "x".repeat(100) }],
] as const) {
  test(`the query ${query.slice(0, 40)} is read`, () => assert.deepEqual(parse(query), { ...DEFAULTS, ...expected }));
}

test("a query that is too long to be ours shows everything", () => {
  assert.deepEqual(parseDashboardQuery(undefined), DEFAULTS);
});

test("an address says what a query said, and nothing of defaults", () => {
  const query = fc.record({
    q: fc.string({ maxLength: 80 }).map((text) => text.trim().toWellFormed()),
    state: fc.constantFrom("all" as const, ...BUCKETS),
    sort: fc.constantFrom(...SORT_KEYS),
    view: fc.constantFrom(...VIEWS),
    page: fc.integer({ min: 1, max: 999 }),
  });
  fc.assert(
    fc.property(query, (asked) => {
      const href = dashboardHref(asked, { page: asked.page });
      assert.deepEqual(parse(href.split("?")[1] ?? ""), { ...asked });
    }),
  );
  assert.equal(dashboardHref(parse("sort=wakes&page=3"), { sort: "name" }), "/_status");
});

test("apps are in the order of the names that people read, whatever their containers are called", () => {
  const titles: Record<string, string> = { c: "app 10", a: "Zulip", b: "app 9", d: "Blog", e: "blog 2" };
  const containers = Object.keys(titles).map((name) => ({ name }) as ContainerStatus);
  const sorted = sortContainers(containers, "name", (name) => titles[name] ?? "");
  assert.deepEqual(
    sorted.map(({ name }) => titles[name]),
    ["app 9", "app 10", "Blog", "blog 2", "Zulip"],
  );
});
