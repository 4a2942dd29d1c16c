import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { addressKey, clientAddress } from "./client-address.ts";

const trusted = new Set(["10.0.0.1", "10.0.0.2", "fd00::1"]);

const cases: [rule: string, peer: string, forwardedFor: string | undefined, address: string][] = [
  ["without a header the peer is the client", "10.0.0.1", undefined, "10.0.0.1"],
  ["a stranger's header is not read", "203.0.113.9", "192.0.2.1", "203.0.113.9"],
  ["a trusted peer names the client", "10.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["trusted hops are passed over from the right", "10.0.0.1", "192.0.2.1, 10.0.0.2", "192.0.2.1"],
  [
    "what the client itself wrote further left is not believed",
    "10.0.0.1",
    "1.1.1.1, 192.0.2.1, 10.0.0.2",
    "192.0.2.1",
  ],
  ["a chain of nothing but trusted hops ends at the leftmost", "10.0.0.1", "10.0.0.2", "10.0.0.2"],
  ["a hop that is no address ends the search", "10.0.0.1", "192.0.2.1, unknown", "10.0.0.1"],
  ["an empty header names nobody", "10.0.0.1", "", "10.0.0.1"],
  ["a port is no part of an address", "10.0.0.1", "192.0.2.1:4711", "192.0.2.1"],
  ["brackets and ports of IPv6 neither", "10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"],
  ["an IPv4 peer on an IPv6 socket is an IPv4 peer", "::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1"],
  ["a zone is no part of an address", "fe80::1%eth0", undefined, "fe80::1"],
  ["an IPv6 proxy is trusted too", "fd00::1", "2001:db8::7", "2001:db8::7"],
];
for (const [rule, peer, forwardedFor, address] of cases) {
  test(rule, () => {
    const req = { socket: { remoteAddress: peer }, headers: { "x-forwarded-for": forwardedFor } };
    assert.equal(
      clientAddress(req as unknown as IncomingMessage, (one) => trusted.has(one)),
      address,
    );
  });
}

test("a client of IPv6 is its network of 64 bits, one of IPv4 its address", () => {
  assert.equal(addressKey("2001:db8::1"), addressKey("2001:db8::2:3"));
  assert.notEqual(addressKey("2001:db8::1"), addressKey("2001:db8:0:1::1"));
  assert.notEqual(addressKey("192.0.2.1"), addressKey("192.0.2.2"));
});
