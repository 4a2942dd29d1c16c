import assert from "node:assert/strict";
import test from "node:test";
import type { InventoryItem } from "../../core/observation.ts";
import { compose, item, merge } from "../../../test/support/merge-fixtures.ts";

const TEMPORARY = "0123456789ab_shop-app-1";

/** A labelled replica of the service `app`. */
function replica(name: string, number: string, more: Partial<InventoryItem> = {}): InventoryItem {
  const labels = { "dag.enabled": "true", "dag.host": "app.test", "com.docker.compose.container-number": number };
  return { ...compose(name, "shop/app", labels), ...more };
}

const gone = { id: "", status: "absent", departed: true } as const;

const cases: readonly [what: string, inventory: readonly InventoryItem[], workloads: readonly string[]][] = [
  [
    "a successor that is being made is no replica",
    [replica("shop-app-1", "1"), replica(TEMPORARY, "1")],
    ["shop-app-1"],
  ],
  [
    "also when its predecessor is gone and has left it its name in a moment",
    [replica("shop-app-1", "1", gone), replica(TEMPORARY, "1")],
    ["shop-app-1"],
  ],
  ["what Compose left behind alone counts", [replica(TEMPORARY, "1")], [TEMPORARY]],
  [
    "a predecessor under another name is no replica",
    [replica("a-backup", "1"), replica("shop-app-1", "1", { status: "running" })],
    ["shop-app-1"],
  ],
  [
    "a successor under another name takes over from what is gone",
    [replica("a-former", "1", gone), replica("shop-app-1", "1")],
    ["shop-app-1"],
  ],
  [
    "replicas have numbers of their own",
    [replica("shop-app-1", "1"), replica("shop-app-2", "2")],
    ["shop-app-1", "shop-app-2"],
  ],
];

for (const [what, inventory, workloads] of cases) {
  test(what, () => {
    for (const given of [inventory, inventory.toReversed()]) {
      const { settings, warnings } = merge("", given);
      assert.deepEqual(
        settings.workloads.map(({ name }) => name),
        workloads,
      );
      assert.equal(settings.groups.length, workloads.length > 1 ? 1 : 0);
      assert.deepEqual(warnings, []);
    }
  });
}

test("what is gone keeps its host until another container asks for it", () => {
  const former = { ...item("a", { "dag.host": "x.test" }), ...gone };
  const hosts = (inventory: readonly InventoryItem[]): unknown[] => {
    const { settings, warnings, labelFaults } = merge("", inventory);
    assert.deepEqual([warnings, labelFaults], [[], []]);
    return settings.workloads.map((workload) => [workload.name, ...workload.hosts]);
  };
  assert.deepEqual(hosts([former]), [["a", "x.test"]]);
  assert.deepEqual(hosts([former, item("b", { "dag.host": "x.test" })]), [["b", "x.test"]]);
});
