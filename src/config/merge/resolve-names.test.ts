import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, item, merge, workload } from "../../../test/support/merge-fixtures.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { formatFault } from "../check/faults.ts";

const HOSTS = "docker: [{name: local}, {name: nas, host: 'tcp://nas:2376'}]\n";

function onNas(one: InventoryItem): InventoryItem {
  return { ...one, name: `nas:${one.name}`, engine: "nas", engineKind: "docker" };
}
const plain = (name: string): InventoryItem => ({ ...item(name), labels: {} });

/** The name in the file, the hosts that have such a container, and the resolved name. */
const cases: readonly [written: string, inventory: readonly InventoryItem[], understood: string][] = [
  ["notes", [plain("notes")], "notes"],
  ["notes", [onNas(plain("notes"))], "nas:notes"],
  ["nas:notes", [plain("notes"), onNas(plain("notes"))], "nas:notes"],
  ["local:notes", [plain("notes"), onNas(plain("notes"))], "notes"],
  ["nas:notes", [], "nas:notes"],
  ["notes", [], "notes"],
];

for (const [written, inventory, understood] of cases) {
  test(`"${written}" with ${inventory.map(({ name }) => name).join(", ") || "nothing"} is ${understood}`, () => {
    const { settings, labelFaults } = merge(`${HOSTS}containers: [{name: '${written}', host: a.test}]`, inventory);
    const [found] = settings.workloads;
    assert.deepEqual([found?.name, found?.engine], [understood, understood.startsWith("nas:") ? "nas" : undefined]);
    assert.deepEqual(labelFaults, []);
  });
}

test("a plain name that two hosts have is a fault that names both, and wakes neither", () => {
  const { settings, labelFaults } = merge(`${HOSTS}containers: [{name: notes, host: a.test}]`, [
    plain("notes"),
    onNas(plain("notes")),
  ]);
  assert.deepEqual(settings.workloads, []);
  assert.match(labelFaults.map(formatFault).join("\n"), /^container "notes": .*name it local:notes or nas:notes$/u);
});

test("a group of the file whose only member could be one of two is left out with it", () => {
  const { settings } = merge(
    `${HOSTS}containers: [{name: notes}, {name: wiki}]\ngroups: [{name: n, host: n.test, containers: [notes]}, {name: w, host: w.test, containers: [notes, wiki]}]`,
    [plain("notes"), onNas(plain("notes")), plain("wiki")],
  );
  assert.deepEqual(
    settings.groups.map(({ name, members }) => [name, ...members]),
    [["w", "wiki"]],
  );
});

test("labelled containers of one name are reported, and served each by its own hosts", () => {
  const { settings, labelFaults } = merge(HOSTS, [
    item("app", { "dag.enabled": "on", "dag.host": "here.test" }),
    onNas(item("app", { "dag.host": "there.test" })),
  ]);
  assert.deepEqual(
    settings.workloads.map(({ name, hosts }) => [name, ...hosts]),
    [
      ["app", "here.test"],
      ["nas:app", "there.test"],
    ],
  );
  assert.equal(labelFaults.length, 1);
});

test("what a container needs is looked for on its own host first, by name and by Compose service", () => {
  const needs = { "dag.host": "app.test", "dag.depends_on": "db" };
  const result = merge(HOSTS, [plain("db"), onNas(plain("db")), onNas(item("app", needs)), plain("only")]);
  assert.deepEqual(
    workload(result, "nas:app").dependsOn.map(({ name }) => name),
    ["nas:db"],
  );
  assert.equal(workload(result, "nas:db").engine, "nas");
  const shop = { "dag.enabled": "true", "dag.host": "shop.test" };
  const both = merge(HOSTS, [
    compose("shop-db-1", "shop/db"),
    onNas(compose("shop-db-1", "shop/db")),
    onNas(compose("shop-web-1", "shop/web", shop, "db:service_started:true")),
  ]);
  assert.deepEqual(
    workload(both, "nas:shop-web-1").dependsOn.map(({ name }) => name),
    ["nas:shop-db-1"],
  );
});

const faulty: readonly [file: string, fault: RegExp][] = [
  ["docker: [{name: nas}, {name: nas, host: 'tcp://b:1'}]", /duplicate Docker host found/u],
  ["docker: [{name: a}, {name: b}]", /both use DOCKER_HOST/u],
  ["docker: [{name: swarm, host: 'tcp://b:1'}]", /the name of another engine/u],
  ["docker: [{name: nas, host: 'ssh://b'}]", /expected unix:/u],
  ["docker: [{name: nas, host: 'tcp://b:1', tls: {cert: c.pem}}]", /cert and key must both be set/u],
  ["docker: [{name: nas, host: 'unix:///x', tls: {ca: c.pem}}]", /requires a host that begins with tcp/u],
];

for (const [file, fault] of faulty) {
  test(`${file} is a fault`, () => {
    assert.throws(() => merge(file, []), fault);
  });
}
