import assert from "node:assert/strict";
import { test } from "node:test";
import type { InventoryItem } from "../../core/observation.ts";
import { formatFault } from "../check/faults.ts";
import { item, merge, workload } from "../../../test/support/merge-fixtures.ts";

const plain = (name: string, networkOf?: string): InventoryItem => ({
  ...item(name),
  labels: {},
  ...(networkOf !== undefined && { networkOf }),
});

const app = (labels: Record<string, string> = {}): InventoryItem => ({
  ...item("app", { "dag.host": "app.test", ...labels }),
  networkOf: "id-of-vpn",
});

test("the container whose network one uses is a dependency, by its id or name, without a label of its own", () => {
  for (const networkOf of ["id-of-vpn", "vpn"]) {
    const result = merge("", [{ ...app(), networkOf }, plain("vpn")]);
    assert.deepEqual(workload(result, "app").dependsOn, [{ name: "vpn", condition: "started", sharesNetwork: true }]);
    assert.equal(workload(result, "vpn").origin, "implied");
  }
});

test("dependencies that are written down, even none, and stricter conditions stay with it", () => {
  const own = merge("containers: [{name: app, host: app.test, depends_on: []}]", [app(), plain("vpn")]);
  assert.deepEqual(
    workload(own, "app").dependsOn.map(({ name }) => name),
    ["vpn"],
  );
  const strict = merge("", [app({ "dag.depends_on": "db,vpn" }), plain("vpn"), plain("db")]);
  assert.deepEqual(workload(strict, "app").dependsOn, [
    { name: "vpn", condition: "healthy", sharesNetwork: true },
    { name: "db", condition: "healthy" },
  ]);
});

test("a cycle is cut at a configured dependency, not at the network", () => {
  const vpn = item("vpn", { "dag.host": "vpn.test", "dag.depends_on": "app" });
  const result = merge("", [app(), vpn]);
  assert.deepEqual(workload(result, "app").dependsOn.length, 1);
  assert.deepEqual(workload(result, "vpn").dependsOn, []);
  assert.match(result.labelFaults[0]?.message ?? "", /cycle/u);
});

test("a cycle of the file and the network loses the file's step, and other cycles lose theirs", () => {
  const result = merge("containers: [{name: vpn, host: vpn.test, depends_on: [app]}, {name: app}]", [
    plain("app", "vpn"),
    plain("vpn"),
    item("x", { "dag.host": "x.test", "dag.depends_on": "y" }),
    item("y", { "dag.host": "y.test", "dag.depends_on": "x" }),
  ]);
  assert.deepEqual(
    ["vpn", "app", "x", "y"].map((name) => workload(result, name).dependsOn.map((needed) => needed.name)),
    [[], ["vpn"], ["y"], []],
  );
  assert.deepEqual(result.labelFaults.map(formatFault), [
    'container "vpn": depends_on: dependency cycle detected: vpn → app → vpn',
    'container "y": label dag.depends_on: dependency cycle detected: x → y → x',
  ]);
});

test("an owner that is gone is no dependency, and no fault of the configuration", () => {
  const result = merge("", [app(), { ...plain("vpn"), id: "another" }]);
  assert.deepEqual([workload(result, "app").dependsOn, result.labelFaults], [[], []]);
});
