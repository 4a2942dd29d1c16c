import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BUCKETS, dashboardHref, parseDashboardQuery, SORT_KEYS, VIEWS } from "./dashboard-query.ts";

const parse = (query: string) => parseDashboardQuery(new URLSearchParams(query));
const DEFAULTS = { q: "", state: "all", sort: "name", view: "list" };

for (const [query, expected] of [
  ["", {}],
  ["q=%20a%20b%20", { q: "a b" }],
  ["state=trouble&sort=sleep&view=groups", { state: "trouble", sort: "sleep", view: "groups" }],
  ["state=__proto__&sort=toString&view=", {}],
  ["q=a&q=b&state=awake&state=asleep", { q: "a", state: "awake" }],
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
  });
  fc.assert(
    fc.property(query, (asked) => {
      const href = dashboardHref(asked, {});
      assert.deepEqual(parse(href.split("?")[1] ?? ""), { ...asked });
    }),
  );
  assert.equal(dashboardHref(parse("sort=wakes"), { sort: "name" }), "/_status");
});
