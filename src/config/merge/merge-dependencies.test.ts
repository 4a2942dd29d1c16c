import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findCycles } from "../../core/dependency-graph.ts";
import type { InventoryItem } from "../../core/observation.ts";
import { formatFault } from "../check/faults.ts";
import { compose, item, merge, workload } from "../../../test/support/merge-fixtures.ts";

const WEB = { "dag.enabled": "true", "dag.host": "shop.test" };

test("dag.depends_on names containers, which must be ready", () => {
  const result = merge("", [item("app", { "dag.host": "a.test", "dag.depends_on": "db" }), item("db")]);
  assert.deepEqual(workload(result, "app").dependsOn, [{ name: "db", condition: "healthy" }]);
  assert.deepEqual(
    [workload(result, "db").origin, workload(result, "db").targetPort, workload(result, "db").hosts],
    ["label", undefined, []],
  );
  assert.deepEqual(result.labelFaults, []);
});

test("what a label's depends_on names may be a service of the same project, and need not be labelled", () => {
  const result = merge("", [
    compose("shop-web-1", "shop/web", { ...WEB, "dag.depends_on": "db" }),
    compose("shop-db-1", "shop/db"),
    compose("other-db-1", "other/db"),
  ]);
  assert.deepEqual(workload(result, "shop-web-1").dependsOn, [{ name: "shop-db-1", condition: "healthy" }]);
  assert.equal(workload(result, "shop-db-1").origin, "implied");
});

test("without dag.depends_on Compose's own is taken, with its conditions, through every level", () => {
  const result = merge("", [
    compose("shop-web-1", "shop/web", WEB, "api:service_healthy:true,init:service_completed_successfully:false"),
    compose("shop-api-1", "shop/api", {}, "db:service_started:false"),
    compose("shop-db-1", "shop/db"),
    compose("shop-init-1", "shop/init"),
  ]);
  assert.deepEqual(workload(result, "shop-web-1").dependsOn, [
    { name: "shop-api-1", condition: "healthy" },
    { name: "shop-init-1", condition: "completed" },
  ]);
  assert.deepEqual(workload(result, "shop-api-1").dependsOn, [{ name: "shop-db-1", condition: "started" }]);
  assert.deepEqual(
    result.settings.workloads.map(({ name, origin }) => [name, origin]),
    [
      ["shop-web-1", "label"],
      ["shop-api-1", "implied"],
      ["shop-db-1", "implied"],
      ["shop-init-1", "implied"],
    ],
  );
  assert.equal(result.provenance.get("shop-web-1.depends_on"), "label com.docker.compose.depends_on");
});

test("a container of the file without depends_on takes Compose's, and with an empty one it takes none", () => {
  const inventory = [compose("web", "shop/web", {}, "db:service_healthy:true"), compose("db", "shop/db")];
  assert.deepEqual(workload(merge("containers: [{name: web, host: a.t}]", inventory), "web").dependsOn, [
    { name: "db", condition: "healthy" },
  ]);
  assert.deepEqual(
    workload(merge("containers: [{name: web, host: a.t, depends_on: []}]", inventory), "web").dependsOn,
    [],
  );
});

test("an implied dependency sleeps with the last one that needs it, unless something outside needs it too", () => {
  const shared = [compose("shop-web-1", "shop/web", WEB, "db:service_started:false"), compose("shop-db-1", "shop/db")];
  assert.equal(workload(merge("", shared), "shop-db-1").idleTimeoutMs, undefined);
  const outsider = compose("shop-cron-1", "shop/cron", {}, "db:service_started:false");
  assert.equal(workload(merge("", [...shared, outsider]), "shop-db-1").idleTimeoutMs, 0);
});

test("a group's member is not only a dependency: without an idle_timeout of its own it never sleeps", () => {
  const groups = "groups: [{name: g, host: g.test, containers: [a, b]}]";
  const result = merge(
    `containers: [{name: a}, {name: b, idle_timeout: 5m, depends_on: [c]}, {name: c}]\n${groups}`,
    [],
  );
  assert.deepEqual(
    ["a", "b", "c"].map((name) => workload(result, name).idleTimeoutMs),
    [0, 300_000, undefined],
  );
  const labels = { "dag.enabled": "true", "dag.host": "l.test", "dag.group": "l" };
  const labelled = merge("", [item("one", labels), item("two", labels)]);
  assert.equal(workload(labelled, "one").idleTimeoutMs, 0);
});

test("dag.enabled=false on a dependency means that it is never stopped", () => {
  const result = merge("", [
    compose("shop-web-1", "shop/web", WEB, "db:service_started:false"),
    compose("shop-db-1", "shop/db", { "dag.enabled": "false" }),
  ]);
  assert.equal(workload(result, "shop-db-1").idleTimeoutMs, 0);
});

test("a dependency that is not there is dropped, and named", () => {
  const result = merge("", [
    item("a", { "dag.host": "a.test", "dag.depends_on": "gone" }),
    compose("shop-web-1", "shop/web", WEB, "db:service_started:false"),
  ]);
  assert.deepEqual(workload(result, "a").dependsOn, []);
  assert.deepEqual(result.labelFaults.map(formatFault), [
    'container "a": label dag.depends_on: container "a" depends on unknown container "gone"',
    'container "shop-web-1": label com.docker.compose.depends_on: container "shop-web-1" depends on unknown container "db"',
  ]);
});

test("a label that makes a container depend on itself is a fault, and changes nothing else", () => {
  const result = merge("", [item("a", { "dag.host": "a.test", "dag.depends_on": "a" })]);
  assert.deepEqual(workload(result, "a").dependsOn, []);
  assert.deepEqual(
    result.labelFaults.map(({ message }) => message),
    ['container "a" cannot depend on itself'],
  );
});

test("a cycle by labels loses one step and takes nothing else down", () => {
  const result = merge("", [
    item("a", { "dag.host": "a.test", "dag.depends_on": "b" }),
    item("b", { "dag.host": "b.test", "dag.depends_on": "a,c" }),
    item("c"),
  ]);
  assert.deepEqual(
    workload(result, "a").dependsOn.map(({ name }) => name),
    ["b"],
  );
  assert.deepEqual(
    workload(result, "b").dependsOn.map(({ name }) => name),
    ["c"],
  );
  assert.deepEqual(
    result.labelFaults.map(({ message }) => message),
    ["dependency cycle detected: a → b → a"],
  );
});

test("in a cycle of file and labels the label's step goes", () => {
  const result = merge(
    "containers: [{name: b, depends_on: [c]}, {name: c, host: c.t}, {name: d, host: d.t, depends_on: [b]}]",
    [compose("c", "shop/c", {}, "d:service_started:false"), compose("d", "shop/d")],
  );
  assert.deepEqual(
    workload(result, "d").dependsOn.map(({ name }) => name),
    ["b"],
  );
  assert.deepEqual(
    workload(result, "b").dependsOn.map(({ name }) => name),
    ["c"],
  );
  assert.deepEqual(workload(result, "c").dependsOn, []);
});

test("the gateway's own container is nobody's dependency", () => {
  const inventory = [compose("web", "shop/web", WEB, "gateway:service_started:false"), compose("gw", "shop/gateway")];
  assert.deepEqual(
    merge("", inventory, { self: "gw" }).settings.workloads.map(({ name }) => name),
    ["web"],
  );
});

const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
const labels = fc.record(
  {
    "dag.enabled": fc.constantFrom("true", "true", "false", "maybe"),
    "dag.host": fc.uniqueArray(fc.constantFrom("x.t", "y.t", "z.t", "*.t"), { maxLength: 2 }).map(String),
    "dag.group": fc.constantFrom("g", "h"),
    "dag.depends_on": fc.uniqueArray(name, { maxLength: 3 }).map(String),
    "dag.idle_timeout": fc.constantFrom("5m", "90"),
    "com.docker.compose.project": fc.constantFrom("p", "q"),
    "com.docker.compose.service": fc.constantFrom("s", "t", "u"),
    "com.docker.compose.depends_on": fc
      .uniqueArray(fc.constantFrom("s", "t", "u"), { maxLength: 2 })
      .map((some) => some.map((each) => `${each}:service_healthy:true`).join(",")),
  },
  { requiredKeys: [] },
);
const inventories = fc.dictionary(name, labels).map((some) =>
  Object.entries(some).map(([each, theirs]): InventoryItem => ({
    name: each,
    id: `id-${each}`,
    status: "stopped",
    image: "i",
    labels: theirs as Record<string, string>,
  })),
);
const FILE =
  "containers: [{name: a, host: x.t, depends_on: [b]}, {name: b}]\ngroups: [{name: g, host: y.t, containers: [b]}]";

test("the same containers in any order give the same result, which holds together", () => {
  fc.assert(
    fc.property(inventories, fc.constantFrom("", FILE), fc.infiniteStream(fc.nat()), (inventory, text, numbers) => {
      const result = merge(text, inventory);
      const shuffled = inventory
        .map((each) => ({ each, at: numbers.next().value }))
        .toSorted((x, y) => x.at - y.at)
        .map(({ each }) => each);
      assert.deepEqual(merge(text, shuffled), result);

      const { workloads, groups } = result.settings;
      const names = workloads.map((each) => each.name);
      assert.equal(new Set(names).size, names.length, "every workload once");
      for (const { dependsOn } of workloads)
        for (const needed of dependsOn) assert.ok(names.includes(needed.name), `${needed.name} is known`);
      for (const { members } of groups) {
        assert.ok(members.length > 0);
        for (const member of members) assert.ok(names.includes(member), `${member} is known`);
      }
      const hosts = [...workloads, ...groups].flatMap((each) => each.hosts);
      assert.equal(new Set(hosts).size, hosts.length, "every host once");
      assert.deepEqual(
        findCycles(new Map(workloads.map((each) => [each.name, each.dependsOn.map((needed) => needed.name)]))),
        [],
      );
    }),
    { numRuns: 500 },
  );
});

test("200 labelled containers are merged in a moment", (context) => {
  const inventory = Array.from({ length: 200 }, (_, index) =>
    compose(
      `p${index % 20}-s${index}-1`,
      `p${index % 20}/s${index}`,
      { "dag.enabled": "true", "dag.host": `h${index}.test`, "dag.idle_timeout": "15m", "dag.icon": "nginx" },
      `s${index % 20}:service_healthy:true`,
    ),
  );
  const startMs = performance.now();
  assert.equal(merge("", inventory).settings.workloads.length, 200);
  context.diagnostic(`${Math.round(performance.now() - startMs)} ms`);
});
