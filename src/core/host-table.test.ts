import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createHostTable, hostName } from "./host-table.ts";

const table = createHostTable(
  [
    "app.example.com",
    "app.example.com:8443",
    "[::1]",
    "[fe80::1]:8080",
    "127.0.0.1",
    "under_score.local",
    "*.example.com",
    "*.deep.example.com",
    "*.example.com:9000",
    "exact.deep.example.com",
    "localhost",
  ].map((pattern) => [pattern, pattern]),
);

const lookups: readonly [rule: string, host: string | undefined, expected: string | undefined][] = [
  ["a name is found as it is", "app.example.com", "app.example.com"],
  ["case does not matter", "APP.Example.COM", "app.example.com"],
  ["any port matches a name without one", "app.example.com:1234", "app.example.com"],
  ["an empty port is no port", "app.example.com:", "app.example.com"],
  ["host:port comes before the host alone", "app.example.com:8443", "app.example.com:8443"],
  ["host:port is found in any case", "App.Example.com:8443", "app.example.com:8443"],
  ["a trailing dot does not matter", "app.example.com.", "app.example.com"],
  ["several trailing dots do not matter", "app.example.com...", "app.example.com"],
  ["a trailing dot before a port does not matter", "app.example.com.:8443", "app.example.com:8443"],
  ["an exact name comes before a wildcard", "exact.deep.example.com", "exact.deep.example.com"],
  ["the longest wildcard wins", "x.deep.example.com", "*.deep.example.com"],
  ["a wildcard takes several labels", "a.b.c.example.com", "*.example.com"],
  ["a wildcard takes any port", "a.example.com:81", "*.example.com"],
  ["a wildcard with the port comes before the one without", "a.example.com:9000", "*.example.com:9000"],
  ["a longer wildcard comes before one with the port", "a.deep.example.com:9000", "*.deep.example.com"],
  ["a wildcard is found in any case and with a trailing dot", "A.EXAMPLE.com.", "*.example.com"],
  ["a wildcard does not take its own suffix", "example.com", undefined],
  ["a wildcard does not take an empty label", ".example.com", undefined],
  ["a wildcard does not take part of a label", "badexample.com", undefined],
  ["a pattern is not itself a host", "*.example.com", undefined],
  ["an IPv6 literal is found without its port", "[::1]", "[::1]"],
  ["an IPv6 literal is found with a port", "[::1]:8080", "[::1]"],
  ["an IPv6 literal is found however it is written", "[0:0:0:0:0:0:0:1]:80", "[::1]"],
  ["what only looks like an IPv6 literal is none", "[::1]x", undefined],
  ["an IPv6 literal's own colons are no port", "[fe80::1]", undefined],
  ["an IPv6 literal with its port is found in any case", "[FE80::1]:8080", "[fe80::1]:8080"],
  ["an IPv4 address is a host", "127.0.0.1:8080", "127.0.0.1"],
  ["an underscore may be in a host", "under_score.local", "under_score.local"],
  ["an unknown host leads nowhere", "other.example.org", undefined],
  ["no host leads nowhere", undefined, undefined],
  ["an empty host leads nowhere", "", undefined],
  ["a dot leads nowhere", ".", undefined],
  ["a port alone leads nowhere", ":8080", undefined],
  ["a space ends nothing", "app.example.com ", undefined],
  ["a leading space is not dropped", " app.example.com", undefined],
  ["a NUL ends nothing", "app.example.com\0", undefined],
  ["a NUL before the port ends nothing", "app.example.com\0:80", undefined],
  ["a line feed ends nothing", "app.example.com\n", undefined],
  ["a path is no host", "app.example.com/", undefined],
  ["user data is no host", "x@app.example.com", undefined],
  ["two hosts are none", "app.example.com,evil.example.com", undefined],
  ["letters that fold to ASCII are no host (K is the Kelvin sign)", "loc\u212Alhost", undefined],
  ["a full-width letter is no host", "\uFF41pp.example.com", undefined],
  ["a name of an object's prototype leads nowhere", "__proto__", undefined],
  ["100 KB lead nowhere", "a.".repeat(50_000) + "example.com", undefined],
];
for (const [rule, host, expected] of lookups) {
  test(`${rule}: ${show(host)} → ${expected ?? "nothing"}`, () => {
    assert.equal(table.find(host), expected);
  });
}

test("a value that is falsy is found all the same", () => {
  const zero = createHostTable<number>([["zero.local", 0]]);
  assert.equal(zero.find("ZERO.local"), 0);
});

test("the size counts every pattern once", () => {
  assert.equal(table.size, 11);
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/u);
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));

test("however a known name is written (case, port, trailing dots), the same value is found", () => {
  const writing = fc.record({
    upper: fc.array(fc.boolean(), { maxLength: 70 }),
    dots: fc.nat({ max: 3 }),
    port: fc.option(fc.integer({ min: 1, max: 65_535 })),
  });
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.nat(), writing, (names, at, how) => {
      const one = names[at % names.length]!;
      const written = one
        .split("")
        .map((letter, index) => (how.upper[index] ? letter.toUpperCase() : letter))
        .join("");
      const host = written + ".".repeat(how.dots) + (how.port === null ? "" : `:${how.port}`);
      assert.equal(createHostTable(names.map((value) => [value, value])).find(host), one);
    }),
  );
});

test("a wildcard takes exactly the names below its suffix, and the longest one wins", () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), name, fc.nat(), (suffixes, below, at) => {
      const wildcards = createHostTable(suffixes.map((suffix) => [`*.${suffix}`, suffix]));
      const host = `${below}.${suffixes[at % suffixes.length]}`;
      const taking = suffixes.filter((suffix) => host.endsWith(`.${suffix}`));
      const longest = taking.toSorted((a, b) => b.length - a.length)[0];
      assert.equal(wildcards.find(host), longest);
    }),
  );
});

test("whatever a client sends, nothing is thrown and a found host is a written-out one", () => {
  const hostile = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.stringMatching(/^[a-z.:[\]\0 ]*$/u));
  fc.assert(
    fc.property(hostile, (host) => {
      const normal = hostName(host);
      if (normal !== undefined) assert.match(normal, /^[\w.:[\]%~-]+$/u);
      if (normal === undefined) assert.equal(table.find(host), undefined);
    }),
  );
});

test("a long host costs no more than its length: 100 KB of dots, colons or labels are refused in no time", () => {
  const wild = createHostTable(Array.from({ length: 1_000 }, (_, index) => [`*.w${index}.example.com`, index]));
  const started = performance.now();
  for (let round = 0; round < 200; round += 1) {
    for (const part of [".", ":", "a.", ":1", "[", "-"]) wild.find(part.repeat(100_000 / part.length) + round);
    for (const part of [".", ":", "a.", ":1", "[", "-"]) wild.find(part.repeat(300 / part.length));
  }
  // With 1,200 long hosts quadratic work would take minutes, linear work well below a second.
  assert.ok(performance.now() - started < 10_000);
});

function show(host: string | undefined): string {
  if (host === undefined) return "none";
  return JSON.stringify(host.length > 60 ? `${host.slice(0, 20)}… (${host.length})` : host);
}
