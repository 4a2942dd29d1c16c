import assert from "node:assert/strict";
import { test } from "node:test";
import { plainAddress } from "./plain-address.ts";

for (const [address, plain] of [
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["::FFFF:10.0.0.1", "10.0.0.1"],
  ["10.0.0.1", "10.0.0.1"],
  ["::ffff:a00:1", "::ffff:a00:1"],
  ["fd00::ffff:10.0.0.1", "fd00::ffff:10.0.0.1"],
  ["::1", "::1"],
  ["", ""],
] as const) {
  test(`the plain form of the address "${address}" is "${plain}"`, () => assert.equal(plainAddress(address), plain));
}
