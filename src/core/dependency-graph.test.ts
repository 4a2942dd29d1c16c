import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dependentsOf, findCycles, startOrder, type DependencyGraph } from "./dependency-graph.ts";

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

test("what is needed starts before what needs it, and only what is asked for", () => {
  const edges = graph({ app: ["api", "cache"], api: ["db"], cache: [], db: [], other: ["db"] });
  assert.deepEqual(startOrder(edges, ["app"]), ["db", "api", "cache", "app"]);
  assert.deepEqual(startOrder(edges, ["other", "app"]), ["db", "other", "api", "cache", "app"]);
});

test("the graph turned round says who needs a name", () => {
  assert.deepEqual(dependentsOf(graph({ a: ["db", "db"], b: ["db"], db: [] })), new Map([["db", ["a", "b"]]]));
});

test("a chain of any length is walked without exhausting the stack", () => {
  const chain = new Map(Array.from({ length: 50_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
  assert.deepEqual(findCycles(chain), []);
  assert.equal(startOrder(chain, ["n0"]).at(0), "n50000");
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

test("in a graph without cycles the start order holds every edge, and each name once", () => {
  fc.assert(
    fc.property(anyGraph, (edges) => {
      fc.pre(findCycles(edges).length === 0);
      const order = startOrder(edges, edges.keys());
      assert.equal(new Set(order).size, order.length);
      for (const [name, needs] of edges) {
        for (const needed of needs) assert.ok(order.indexOf(needed) < order.indexOf(name), `${needed} before ${name}`);
      }
    }),
  );
});
