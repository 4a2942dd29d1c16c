import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { placeOf } from "./place-of.ts";

const OURS = {
  lo: [{ address: "127.0.0.1", cidr: "127.0.0.1/8" }],
  eth0: [
    { address: "172.18.0.5", cidr: "172.18.0.5/16" },
    { address: "fd00::5", cidr: "fd00::5/64" },
  ],
  none: [{ address: "10.9.9.9", cidr: null }],
} as unknown as NodeJS.Dict<NetworkInterfaceInfo[]>;

for (const [address, rule, expected] of [
  ["127.0.0.1", "is here", "here near"],
  ["::1", "is here", "here"],
  ["172.18.0.5", "is here", "here near"],
  ["172.18.3.4", "is on a network of this machine", "near"],
  ["fd00::9", "is on a network of this machine", "near"],
  ["192.168.1.20", "is elsewhere", ""],
  ["172.19.0.5", "is elsewhere", ""],
  ["fd01::9", "is elsewhere", ""],
] as const) {
  test(`a front at ${address} ${rule}`, () => {
    const { isHere, isNear } = placeOf(address, OURS);
    assert.equal([isHere ? "here" : "", isNear ? "near" : ""].filter(Boolean).join(" "), expected);
  });
}
