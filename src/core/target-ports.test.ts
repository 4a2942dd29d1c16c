import assert from "node:assert/strict";
import test from "node:test";
import { endpointPorts, portsToTry } from "./target-ports.ts";

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

const refs: [rule: string, ref: Parameters<typeof endpointPorts>[0], exposed: readonly number[], found: object[]][] = [
  ["the configured port stands alone", { targetPort: 3000 }, [8080], [{ port: 3000 }]],
  ["without a port there is none", { targetPort: undefined }, [8080], []],
  [
    "a port that is found says which one it is, one that hosts name says so",
    { targetPort: 80, findsPort: true, namedPorts: [9001] },
    [8080],
    [
      { port: 8080, targetPort: 8080 },
      { port: 80, targetPort: 80 },
      { port: 9001, namedPort: 9001 },
    ],
  ],
  [
    "the same port may be found and named",
    { targetPort: 80, findsPort: true, namedPorts: [80] },
    [],
    [
      { port: 80, targetPort: 80 },
      { port: 80, namedPort: 80 },
    ],
  ],
];
for (const [rule, ref, exposed, found] of refs) {
  test(rule, () => assert.deepEqual(endpointPorts(ref, exposed), found));
}
