import assert from "node:assert/strict";
import { test } from "node:test";
import { item, merge } from "../../../test/support/merge-fixtures.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { formatFault } from "../check/faults.ts";

/** Creates a container and a service with the same name; the order of their ids must not matter. */
function both(container: InventoryItem, service: InventoryItem): readonly (readonly InventoryItem[])[] {
  const inSwarm = { ...service, engine: "swarm", engineKind: "swarm" } as const;
  return [
    [
      { ...container, id: "1" },
      { ...inSwarm, id: "2" },
    ],
    [
      { ...container, id: "2" },
      { ...inSwarm, id: "1" },
    ],
  ];
}

const silent: InventoryItem = { ...item("web"), labels: {} };
const asking = item("web", { "dag.host": "web.test" });
const FAULT =
  /^container "web": Docker and Docker Swarm both have a workload of this name: neither is managed; rename one of them$/u;

test("of two namesakes in two engines, the one that asks to be looked after is meant", () => {
  for (const found of [...both(asking, silent), ...both(silent, asking)]) {
    const { settings, labelFaults } = merge("", found);
    const engine = found.find(({ labels }) => labels["dag.enabled"] === "true")?.engine;
    assert.deepEqual(
      settings.workloads.map(({ name, hosts, engine: at }) => [name, ...hosts, at]),
      [["web", "web.test", engine]],
    );
    assert.deepEqual(labelFaults, []);
  }
});

test("where neither of them asks, a dependency means the container", () => {
  for (const found of both(silent, silent)) {
    const app = item("app", { "dag.host": "app.test", "dag.depends_on": "web" });
    const { settings, labelFaults } = merge("", [...found, app]);
    assert.deepEqual(
      settings.workloads.map(({ name, engine }) => [name, engine]),
      [
        ["app", undefined],
        ["web", undefined],
      ],
    );
    assert.deepEqual(labelFaults, []);
  }
});

test("where both of them ask, or the file names them, it is a fault and neither is managed", () => {
  const file =
    "containers: [{name: web, host: web.test}, {name: z}]\ngroups: [{name: all, containers: [web, z]}, {name: lone, containers: [web]}]";
  const cases = [
    ...both(asking, asking).map((found) => ({ text: "", found })),
    ...both(silent, silent).map((found) => ({ text: file, found })),
    ...both(asking, silent).map((found) => ({ text: file, found })),
  ];
  for (const { text, found } of cases) {
    const { settings, labelFaults } = merge(text, found);
    assert.equal(
      settings.workloads.some(({ name }) => name === "web"),
      false,
    );
    assert.deepEqual(
      settings.groups.map(({ members }) => members),
      text === "" ? [] : [["z"]],
    );
    assert.equal(labelFaults.length, 1);
    assert.match(formatFault(labelFaults[0]!), FAULT);
  }
});

test("a container that was just removed gives way to the service that takes its place", () => {
  for (const found of both({ ...asking, departed: true, status: "absent" }, asking)) {
    const { settings, labelFaults } = merge("", found);
    assert.deepEqual(
      settings.workloads.map(({ engine }) => engine),
      ["swarm"],
    );
    assert.deepEqual(labelFaults, []);
  }
});

test("a process of the file has its name to itself", () => {
  const text = "containers: [{name: web, host: w.test, process: {command: [node], port: 3000}}]";
  for (const found of [...both(silent, silent), ...both(asking, asking)]) {
    const { settings, labelFaults } = merge(text, found);
    assert.deepEqual(
      settings.workloads.map(({ name, process }) => [name, process?.port]),
      [["web", 3000]],
    );
    assert.deepEqual(labelFaults, []);
  }
});
