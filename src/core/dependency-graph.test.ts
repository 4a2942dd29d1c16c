import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findCycles, type DependencyGraph } from "./dependency-graph.ts";

const graph = (edges: Record<string, string[]>): DependencyGraph => new Map(Object.entries(edges));

const cycles: readonly [string, Record<string, string[]>, string[][]][] = [
  ["no edges", { a: [], b: [] }, []],
  ["a chain", { a: ["b"], b: ["c"], c: [] }, []],
  ["a diamond", { a: ["b", "c"], b: ["d"], c: ["d"] }, []],
  ["two that need each other", { a: ["b"], b: ["a"] }, [["a", "b", "a"]]],
  ["one that needs itself", { a: ["a"] }, [["a", "a"]]],
  ["a cycle behind a chain", { a: ["b"], b: ["c"], c: ["d"], d: ["b"] }, [["b", "c", "d", "b"]]],
  [
    "two cycles",
    { a: ["b"], b: ["a"], c: ["d"], d: ["c"] },
    [
      ["a", "b", "a"],
      ["c", "d", "c"],
    ],
  ],
  ["unknown names", { a: ["gone"] }, []],
];
for (const [what, edges, expected] of cycles) {
  test(`the cycles of ${what} are ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(findCycles(graph(edges)), expected);
  });
}

test("a chain of any length is walked without exhausting the stack", () => {
  const chain = new Map(Array.from({ length: 50_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
  assert.deepEqual(findCycles(chain), []);
});

const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
const anyGraph = fc.dictionary(names, fc.uniqueArray(names, { maxLength: 4 })).map(graph);

test("without the last step of every cycle found, no cycle is left", () => {
  fc.assert(
    fc.property(anyGraph, (edges) => {
      const cut = new Map([...edges].map(([name, needs]) => [name, [...needs]]));
      for (const cycle of findCycles(edges)) {
        const [from = "", to = ""] = cycle.slice(-2);
        assert.equal(cycle[0], to);
        cut.set(
          from,
          cut.get(from)!.filter((needed) => needed !== to),
        );
      }
      assert.deepEqual(findCycles(cut), []);
    }),
  );
});
