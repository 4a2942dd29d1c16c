import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupSettings } from "../../core/settings.ts";
import { firstHosts, hostsToTry, noteRequestedHost, noteGoodHost, routeHosts } from "./probe-hosts.ts";

type Settings = Parameters<typeof hostsToTry>[0]["settings"];

/** Creates the part of a record that determines its probe hosts. */
function recordOf(hosts: string[], more: Partial<Settings> = {}) {
  const settings = { name: "app", hosts, healthHost: "", healthPath: "/up", busyPath: "", passHost: true, ...more };
  return { name: "app", settings, probeHosts: firstHosts(hosts) };
}

const group = { name: "pair", hosts: ["*.pair.test", "pair.test"], members: ["app"] } as unknown as GroupSettings;
const cases: [rule: string, hosts: string[], more: Partial<Settings>, groups: GroupSettings[], tries: string[]][] = [
  ["its own first plain host", ["*.a.test", "b.test", "c.test"], {}, [], ["b.test"]],
  ["the same or its address, where it sees no client's Host", ["b.test"], { passHost: false }, [], ["b.test", ""]],
  ["its group's plain host", [], {}, [group], ["pair.test"]],
  ["health_host before anything", ["b.test"], { healthHost: "inner.test" }, [], ["inner.test"]],
  ["what a wildcard begins at, for want of a name", ["*.a.test"], {}, [], ["a.test", ""]],
  ["its name, where it has no host at all", [], {}, [], ["app", ""]],
];
for (const [rule, hosts, more, groups, tries] of cases) {
  test(`an app is probed by ${rule}`, () => {
    const record = recordOf(hosts, more);
    routeHosts(record, groups);
    assert.deepEqual(hostsToTry(record), tries);
  });
}

test("behind a wildcard names by which it answered come first, then others that came, a few of each", () => {
  const record = recordOf(["*.shop.test"]);
  for (const name of ["Good.Shop.Test:8080", "old.shop.test."]) noteGoodHost(record, name);
  noteGoodHost(record, "good.shop.test");
  for (let count = 0; count < 1_000; count += 1) noteRequestedHost(record, `scan-${count}.shop.test`);
  noteRequestedHost(record, "good.shop.test");
  for (const hostile of ["a b.shop.test", "evil.test", ".shop.test", "x\r\n.shop.test", undefined]) {
    noteRequestedHost(record, hostile);
    noteGoodHost(record, hostile);
  }
  const tries = ["good", "old", "scan-999", "scan-998", "scan-997"].map((name) => `${name}.shop.test`);
  assert.deepEqual(hostsToTry(record), [...tries, "shop.test", ""]);
});

test("an app without a host, requested by path, is probed by the names that visitors used", () => {
  const record = recordOf([]);
  noteRequestedHost(record, "Home.Test:8443");
  assert.deepEqual(hostsToTry(record), ["home.test", "app", ""]);
  noteGoodHost(record, "home.test");
  noteRequestedHost(record, "a b");
  assert.deepEqual(hostsToTry(record), ["home.test", "app", ""]);
});

test("names are kept only where probes need them", () => {
  for (const [hosts, more] of [
    [["*.shop.test", "shop.test"], {}],
    [["*.shop.test"], { healthPath: "" }],
    [["*.shop.test"], { healthHost: "inner.test" }],
  ] as const) {
    const record = recordOf([...hosts], more);
    noteGoodHost(record, "a.shop.test");
    noteRequestedHost(record, "b.shop.test");
    assert.deepEqual([...record.probeHosts.good, ...record.probeHosts.requested], []);
  }
});
