import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockList } from "node:net";
import fc from "fast-check";
import { parseCidr } from "./cidr.ts";

const good: readonly [string, string][] = [
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["192.168.1.77/26", "192.168.1.64/26"],
  ["192.0.2.1", "192.0.2.1/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["::1", "::1/128"],
  ["2001:DB8::5/32", "2001:db8::/32"],
  ["fd00:1:2:3:4:5:6:7/49", "fd00:1:2::/49"],
  ["::ffff:192.0.2.1", "::ffff:c000:201/128"],
  ["::/0", "::/0"],
];
for (const [text, cidr] of good) {
  test(`the network ${text} is kept as ${cidr}`, () => {
    assert.deepEqual(parseCidr(text), { ok: true, value: cidr });
  });
}

for (const text of [
  "",
  "10.0.0.0/33",
  "::/129",
  "10.0.0.0/8/8",
  "10.0.0/8",
  "traefik",
  "10.0.0.0/-1",
  "10.0.0.0/",
  "fe80::1%eth0",
]) {
  test(`the network ${JSON.stringify(text)} is refused`, () => {
    assert.equal(parseCidr(text).ok, false);
  });
}

test("a network that was read holds the address that it was read from", () => {
  const bits = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })),
  );
  fc.assert(
    fc.property(bits, ([address, prefix]) => {
      const reading = parseCidr(`${address}/${prefix}`);
      assert.ok(reading.ok);
      const [network = "", length = ""] = reading.value.split("/");
      const family = address.includes(":") ? "ipv6" : "ipv4";
      const list = new BlockList();
      list.addSubnet(network, Number(length), family);
      assert.ok(list.check(address, family), `${reading.value} holds ${address}`);
    }),
  );
});
