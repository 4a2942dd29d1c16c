import assert from "node:assert/strict";
import { test } from "node:test";
import type { InventoryItem } from "../../core/observation.ts";
import { item, merge } from "../../../test/support/merge-fixtures.ts";

function task(slot: number, labels: Record<string, string> = {}): InventoryItem {
  const swarm = { "com.docker.swarm.task.id": `task-${slot}`, "com.docker.swarm.service.name": "shop_web" };
  return item(`shop_web.${slot}.k2b`, { "dag.host": "web.test", ...swarm, ...labels });
}

test("a service of Docker Swarm is left alone, with one warning however many tasks it has", () => {
  const { settings, warnings, labelFaults } = merge("", [task(1), task(2), item("b", { "dag.host": "b.test" })]);
  assert.deepEqual(
    settings.workloads.map(({ name }) => name),
    ["b"],
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^service "shop_web" runs in Docker Swarm.*deploy\.labels.*docker compose/u);
  assert.deepEqual(labelFaults, []);
});

test("nor does the file, a group or a dependency reach a task of Docker Swarm", () => {
  const text = `
containers: [{name: shop_web.1.k2b, host: web.test}, {name: own, host: own.test}, {name: other}]
groups: [{name: all, host: all.test, containers: [other, shop_web.1.k2b]}]`;
  const { settings, warnings } = merge(text, [
    task(1, { "dag.enabled": "" }),
    item("c", { "dag.depends_on": "shop_web.1.k2b", "dag.host": "c.test" }),
  ]);
  assert.deepEqual(
    settings.workloads.map(({ name, dependsOn }) => [name, dependsOn.length]),
    [
      ["own", 0],
      ["other", 0],
      ["c", 0],
    ],
  );
  assert.deepEqual(settings.groups[0]?.members, ["other"]);
  assert.equal(warnings.length, 1);
});

test("tasks that are not enabled give no warning", () => {
  assert.deepEqual(merge("", [task(1, { "dag.enabled": "false" })]).warnings, []);
});
