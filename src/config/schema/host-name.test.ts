import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHost } from "./host-name.ts";

const good: readonly [string, string][] = [
  ["App.Example.COM", "app.example.com"],
  ["app.example.com.", "app.example.com"],
  ["app.example.com:8443", "app.example.com:8443"],
  ["*.Example.com", "*.example.com"],
  ["münchen.example", "xn--mnchen-3ya.example"],
  ["*.bücher.example", "*.xn--bcher-kva.example"],
  ["my_app", "my_app"],
  ["hello.localhost", "hello.localhost"],
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.2.1:80", "192.0.2.1:80"],
  ["::1", "[::1]"],
  ["[::1]", "[::1]"],
  ["[2001:DB8:0:0::1]:8080", "[2001:db8::1]:8080"],
  ["fe80::1%eth0", "[fe80::1]"],
];
for (const [text, host] of good) {
  test(`the host ${text} is kept as ${host}`, () => {
    assert.deepEqual(parseHost(text), { ok: true, value: host });
  });
}

const bad: readonly [string, RegExp][] = [
  ["", /missing/],
  ["https://app.example.com/", /write the host alone/],
  ["app.example.com/path", /write the host alone/],
  ["user@app", /write the host alone/],
  ["app.example.com:0", /port/],
  ["app.example.com:99999", /port/],
  ["app.example.com:http", /port/],
  ["*", /wildcard like/],
  ["a.*.example.com", /not a host name/],
  ["*.example.com:80", /takes no port/],
  ["-app.example.com", /not a host name/],
  ["app..example.com", /not a host name/],
  ["app example.com", /not a host name/],
  ["1.2.3", /not a host name/],
  ["[::1", /no host name|port/],
  [`${"a".repeat(64)}.example.com`, /not a host name/],
];
for (const [text, fault] of bad) {
  test(`the host ${JSON.stringify(text.slice(0, 40))} is refused`, () => {
    const reading = parseHost(text);
    assert.equal(reading.ok, false, JSON.stringify(reading));
    assert.match(reading.ok ? "" : reading.fault, fault);
  });
}

test("a host that was read is read the same again, whatever the text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV6(), fc.string({ unit: "grapheme" })), (text) => {
      const first = parseHost(text);
      if (first.ok) assert.deepEqual(parseHost(first.value), first);
    }),
  );
});
