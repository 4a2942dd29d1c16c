import assert from "node:assert/strict";
import { test } from "node:test";
import { item, merge } from "../../../test/support/merge-fixtures.ts";

test("a group without a host, by label or in the file, is there to be named by path", () => {
  const result = merge("containers: [{name: f}]\ngroups: [{name: file, containers: [f]}]", [
    item("a", { "dag.group": "api" }),
  ]);
  assert.deepEqual(result.labelFaults, []);
  assert.deepEqual(
    result.settings.groups.map(({ name, hosts, members }) => [name, hosts, members]),
    [
      ["file", [], ["f"]],
      ["api", [], ["a"]],
    ],
  );
  assert.deepEqual(
    result.settings.workloads.map(({ name, targetPort }) => [name, targetPort]),
    [
      ["f", 80],
      ["a", 80],
    ],
  );
});

test("a group that lost its only host to another, or whose only host is faulty, is left alone", () => {
  const result = merge("containers: [{name: f, host: f.test}]", [
    item("lost", { "dag.group": "lost", "dag.host": "f.test" }),
    item("faulty", { "dag.group": "faulty", "dag.host": "a..b" }),
  ]);
  assert.deepEqual(result.settings.groups, []);
  assert.deepEqual(
    result.settings.workloads.map(({ name }) => name),
    ["f"],
  );
});
