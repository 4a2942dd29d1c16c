import assert from "node:assert/strict";
import test from "node:test";
import { portsToTry } from "./target-ports.ts";

const cases: [
  rule: string,
  exposed: readonly number[],
  tried: readonly number[],
  onSharedNetwork: readonly number[],
][] = [
  ["an image that exposes nothing listens on 80", [], [80], [80]],
  ["one exposed port comes before 80, to which people move it", [3000], [3000, 80], [3000]],
  ["an image that exposes 80 means it, and its other port comes second", [80, 3012], [80, 3012], [80]],
  ["of several nobody knows which one it is", [3000, 9000], [80], [80]],
  ["of several in addition to 80 neither", [80, 443, 2019], [80], [80]],
];

for (const [rule, exposed, tried, onSharedNetwork] of cases) {
  test(rule, () => {
    const ports = (isShared: boolean): number[] => portsToTry(exposed, isShared).map(({ port }) => port);
    assert.deepEqual(ports(false), tried);
    assert.deepEqual(ports(true), onSharedNetwork);
  });
}
