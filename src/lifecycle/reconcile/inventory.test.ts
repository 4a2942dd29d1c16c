import assert from "node:assert/strict";
import test from "node:test";
import type { InventoryItem } from "../../core/observation.ts";
import { createInventory } from "./inventory.ts";

/** Parses `name:id`; it is stopped unless a `!` follows. */
function item(text: string): InventoryItem {
  const [name = "", id = ""] = text.replace("!", "").split(":");
  return { name, id, status: text.endsWith("!") ? "running" : "stopped", image: "", labels: {} };
}

/** Consecutive lists (`+5`: seconds pass), and the resulting inventory, with a departed container as `name:gone`. */
const cases: readonly [what: string, steps: readonly string[], understood: string][] = [
  ["what is removed keeps its place", ["app:1", ""], "app:gone"],
  ["for a while", ["app:1", "", "+13", ""], ""],
  ["until it is there again", ["app:1", "", "app:2"], "app:2"],
  ["what is renamed at rest keeps its name for its successor", ["app:1", "old:1"], "app:gone"],
  ["and has lost it to that", ["app:1", "old:1", "app:2 old:1", "+60", "app:2 old:1"], "app:2"],
  ["or goes by its new name if there is none", ["app:1", "old:1", "+13", "old:1"], "old:1"],
  ["and has it back when it is renamed back", ["app:1", "old:1", "app:1"], "app:1"],
  ["what runs under another name goes on there", ["app:1!", "old:1!"], "old:1"],
  ["until it stops next to its successor", ["app:1!", "old:1!", "app:2 old:1"], "app:2"],
  [
    "a successor of Compose's takes the name at last",
    ["app:1!", "app:1! 0123456789ab_app:2", "0123456789ab_app:2", "app:2"],
    "app:2",
  ],
];

for (const [what, steps, understood] of cases) {
  test(`${what}: ${JSON.stringify(steps)} is ${JSON.stringify(understood)}`, () => {
    let nowMs = 0;
    const inventory = createInventory({ now: () => nowMs }, () => undefined);
    for (const step of steps) {
      if (step.startsWith("+")) nowMs += Number(step) * 1_000;
      else inventory.replace(step.split(" ").filter(Boolean).map(item));
    }
    const words = inventory.items().map(({ name, id, departed: isGone }) => `${name}:${isGone ? "gone" : id}`);
    assert.equal(words.join(" "), understood);
  });
}

test("it returns when the next one is forgotten", () => {
  const inventory = createInventory({ now: () => 1_000 }, () => undefined);
  assert.equal(inventory.nextMs(), undefined);
  inventory.replace([item("app:1")]);
  inventory.replace([]);
  assert.equal(inventory.nextMs(), 13_000);
});

test("only what is different is returned", () => {
  const inventory = createInventory({ now: () => 0 }, () => undefined);
  assert.deepEqual([...inventory.replace(["app:1", "db:2"].map(item)).keys()], ["app", "db"]);
  assert.deepEqual([...inventory.replace(["app:1", "db:2"].map(item)).keys()], []);
  assert.deepEqual([...inventory.replace(["app:1", "db:2!"].map(item)).keys()], ["db"]);
  assert.deepEqual([...inventory.update(new Map([["app", item("app:1")]])).keys()], []);
  assert.deepEqual([...inventory.update(new Map([["app", item("app:3")]])).keys()], ["app"]);
  assert.deepEqual([...inventory.update(new Map([["db", undefined]])).keys()], ["db"]);
});
