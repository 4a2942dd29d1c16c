import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, item, merge, workload } from "../../../test/support/merge-fixtures.ts";
import { explainHosts } from "./explain-hosts.ts";

const cases: readonly [
  rule: string,
  container: string,
  found: readonly [port: number, finds: boolean, ports: object],
][] = [
  ["one text, as in labels", 'host: "s3.test=9000, console.test=9001"', [9000, false, { "console.test": 9001 }]],
  ["a list", 'host: [s3.test=9000, "console.test = 9001"]', [9000, false, { "console.test": 9001 }]],
  ["a map", "host: {s3.test: 9000, console.test: 9001}", [9000, false, { "console.test": 9001 }]],
  ["target_port wins over the first", "host: [s3.test=9000], target_port: 80", [80, false, { "s3.test": 9000 }]],
  ["one that names no port is found", "host: [s3.test, console.test=9001]", [80, true, { "console.test": 9001 }]],
  ["target_port is for the rest", "host: [a.test, b.test=2], target_port: 1", [1, false, { "b.test": 2 }]],
  ["all of one port", "host: [a.test=81, b.test=81], target_port: 81", [81, false, {}]],
  ["patterns and ports", 'host: ["*.a.test=9000", "b.test:8443=9001"]', [9000, false, { "b.test:8443": 9001 }]],
  ["IPv6", 'host: ["[::1]=9000", "::2=9001"]', [9000, false, { "[::2]": 9001 }]],
  [
    "a process keeps its own",
    "host: [a.test, b.test=81], process: {command: [x], port: 80}",
    [80, false, { "b.test": 81 }],
  ],
];
for (const [rule, keys, [port, finds, ports]] of cases) {
  test(`hosts route to ports: ${rule}`, () => {
    const {
      targetPort,
      findsPort = false,
      hostPorts = {},
    } = workload(merge(`containers: [{name: a, ${keys}}]`, []), "a");
    assert.deepEqual([targetPort, findsPort, hostPorts], [port, finds, ports]);
  });
}

test("a label names ports as the file does, and dag check says where each host leads", () => {
  const result = merge("", [item("minio", { "dag.host": "s3.test=9000,console.test=9001" })]);
  assert.deepEqual(workload(result, "minio").hosts, ["s3.test", "console.test"]);
  const lines = explainHosts(result.settings);
  assert.match(lines.find((line) => line.startsWith("s3.test")) ?? "", /container minio, port 9000;/u);
  assert.match(lines.find((line) => line.startsWith("console.test")) ?? "", /container minio, port 9001;/u);
});

test("a host is one host, whichever port it names: the second container that claims it loses it", () => {
  const result = merge("", [item("a", { "dag.host": "x.test=1" }), item("b", { "dag.host": "x.test=2,b.test=3" })]);
  assert.deepEqual(workload(result, "b").hosts, ["b.test"]);
  assert.deepEqual(result.warnings, ['host "x.test" of container "b" is not used: container "a" already has it']);
});

test("replicas of one service share their hosts and ports", () => {
  const labels = { "dag.enabled": "true", "dag.host": "s3.test=9000,console.test=9001" };
  const result = merge("", [compose("p-minio-1", "p/minio", labels), compose("p-minio-2", "p/minio", labels)]);
  assert.deepEqual(
    result.settings.groups.map(({ hosts, members }) => [hosts, members]),
    [
      [
        ["s3.test", "console.test"],
        ["p-minio-1", "p-minio-2"],
      ],
    ],
  );
  for (const { targetPort, hostPorts } of result.settings.workloads)
    assert.deepEqual([targetPort, hostPorts], [9000, { "console.test": 9001 }]);
});

test("the port that a group's host names is that of each member, by labels that of the member itself", () => {
  const file = merge("containers: [{name: a}]\ngroups: [{name: g, host: [g.test, h.test=81], containers: [a]}]", []);
  const { targetPort, hostPorts } = workload(file, "a");
  assert.deepEqual([targetPort, hostPorts], [80, { "h.test": 81 }]);
  const labelled = merge("", [
    item("a", { "dag.group": "g", "dag.host": "g.test=81" }),
    item("b", { "dag.group": "g", "dag.host": "g.test=82" }),
    item("c", { "dag.group": "g" }),
  ]);
  assert.deepEqual(
    labelled.settings.workloads.map(({ name, targetPort: port }) => [name, port]),
    [
      ["a", 81],
      ["b", 82],
      ["c", 81],
    ],
  );
});
