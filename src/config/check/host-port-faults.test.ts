import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf } from "../../../test/support/merge-fixtures.ts";
import { parseLabels } from "../parse/labels.ts";
import { formatFault } from "./faults.ts";

const faults: readonly [host: string, message: string][] = [
  ["a.test=0", '"a.test=0" has no valid port after "=" (1 to 65535)'],
  ["a.test=65536", '"a.test=65536" has no valid port after "=" (1 to 65535)'],
  ["a.test=", '"a.test=" has no valid port after "=" (1 to 65535)'],
  ["a.test=http", '"a.test=http" has no valid port after "=" (1 to 65535)'],
  ["a.test=80.5", '"a.test=80.5" has no valid port after "=" (1 to 65535)'],
  ["=9000", "a host name is missing"],
  ["a.test=1=2", '"a.test=1" is not a host name'],
  ["b.test=1,a.test=1,a.test=2", 'host "a.test" is given two ports: 1 and 2'],
  ["b.test=1,a.test,A.test.=2", 'host "a.test" is given two ports: the container\'s own and 2'],
];
for (const [host, message] of faults) {
  test(`dag.host=${host} is refused by name, in the file with its line`, () => {
    const { faults: found } = parseLabels("app", { "dag.enabled": "true", "dag.host": host });
    assert.deepEqual(found.map(formatFault), [`container "app": label dag.host: ${message}`]);
    const index = host.split(",").length - 1;
    const items = host.split(",").map((item) => `\n      - "${item}"`);
    for (const [section, rest] of [
      ["containers", ""],
      ["groups", "    containers: [x]\n"],
    ] as const) {
      const text = `${section === "groups" ? "containers: [{name: x}]\n" : ""}${section}:\n  - name: app\n${rest}    host:${items.join("")}\n`;
      const line = text.split("\n").length - 1;
      assert.deepEqual(faultsOf(text), [`config.yaml:${line}:9: ${section}[0].host[${index}]: ${message}`]);
    }
  });
}

test("a port of a map of hosts is refused at its own line", () => {
  const text = "containers:\n  - name: app\n    host:\n      a.test: 9000\n      b.test: 99999\n";
  assert.deepEqual(faultsOf(text), [
    'config.yaml:5:15: containers[0].host[1]: "b.test=99999" has no valid port after "=" (1 to 65535)',
  ]);
});

for (const value of ["", "~", "[9000]", "{port: 9000}"]) {
  test(`a host of a map is refused at its own line with "${value}" in place of a port`, () => {
    for (const [section, rest] of [
      ["containers", ""],
      ["groups", "    containers: [x]\n"],
    ] as const) {
      const text = `${section === "groups" ? "containers: [{name: x}]\n" : ""}${section}:\n  - name: app\n${rest}    host:\n      <<: {a.test: 9000}\n      b.test: ${value}\n      c.test: 9000\n`;
      const line = text.split("\n").findIndex((one) => one.includes("b.test")) + 1;
      const found = faultsOf(text).map((fault) => fault.replace(/:(\d+):\d+:/u, ":$1:"));
      const message = '"b.test=" has no valid port after "=" (1 to 65535)';
      assert.deepEqual(found, [`config.yaml:${line}: ${section}[0].host[0]: ${message}`]);
    }
  });
}

test("one host with two ports of two containers is one host too many", () => {
  const text = "containers: [{name: a, host: x.test=1}, {name: b, host: x.test=2}]";
  assert.match(faultsOf(text).join(), /container "b" host "x.test" conflicts with an existing host$/u);
});
