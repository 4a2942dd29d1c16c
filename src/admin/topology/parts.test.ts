import assert from "node:assert/strict";
import { test } from "node:test";
import { takeApart } from "./parts.ts";
import type { Topology } from "./topology.ts";

/** Parses `a>b` (a depends on b: healthy), `a~b` (started) and `G:a,b` (a group). */
function topology(...lines: readonly string[]): Topology {
  const nodes = new Map<string, Topology["nodes"][number]>();
  const edges: Topology["edges"][number][] = [];
  const node = (id: string, kind: "container" | "group" = "container"): string => {
    nodes.set(id, { id, kind, name: id, hosts: [], host_texts: [], state: "asleep", icon: "", engine: "docker" });
    return id;
  };
  for (const line of lines) {
    const [, from = "", sign, to = ""] = /^(\w+)(?:([>~:])(.*))?$/.exec(line) ?? [];
    node(from, sign === ":" ? "group" : "container");
    for (const each of to.split(",").filter(Boolean)) {
      const condition = sign === ">" ? "healthy" : "started";
      edges.push({ from, to: node(each), ...(sign === ":" ? { kind: "member" } : { kind: "dependency", condition }) });
    }
  }
  return { nodes: [...nodes.values()], edges, updated_at: "" };
}

function shape(...lines: readonly string[]): { parts: string[]; alone: string[] } {
  const { parts, alone } = takeApart(topology(...lines));
  return {
    parts: parts.map(({ graph }) => {
      const boxes = graph.boxes.map(({ id, frame }) => (frame === undefined ? id : `${id}@${frame}`));
      return [...boxes, ...graph.arrows.map(({ from, to, kind }) => `${from}-${kind}-${to}`)].join(" ");
    }),
    alone: alone.map(({ id }) => id),
  };
}

for (const [rule, lines, expected] of [
  ["what has to do with nothing stands alone", ["a", "b"], { parts: [], alone: ["a", "b"] }],
  [
    "what hangs together is one part, the largest first",
    ["a>b", "c>d", "d>e"],
    { parts: ["c d e c-healthy-d d-healthy-e", "a b a-healthy-b"], alone: [] },
  ],
  ["a group is a frame around its members", ["G:a,b"], { parts: ["a@G b@G"], alone: [] }],
  ["a group of one is a frame too", ["G:a"], { parts: ["a@G"], alone: [] }],
  [
    "what all members need is one arrow of the frame",
    ["G:a,b", "a>db", "b>db"],
    { parts: ["a@G b@G db G-healthy-db"], alone: [] },
  ],
  [
    "what one member does not need is not shared",
    ["G:a,b,c", "a>db", "b>db"],
    { parts: ["a@G b@G c@G db a-healthy-db b-healthy-db"], alone: [] },
  ],
  [
    "what members need in different ways is not shared",
    ["G:a,b", "a>db", "b~db"],
    { parts: ["a@G b@G db a-healthy-db b-started-db"], alone: [] },
  ],
  [
    "what a member is of the other is no arrow of the frame",
    ["G:a,b", "a>b"],
    { parts: ["a@G b@G a-healthy-b"], alone: [] },
  ],
  [
    "a group that shares members with a frame is a box with lines",
    ["G:a,b", "H:b,c"],
    { parts: ["a@G b@G c H H-member-b H-member-c"], alone: [] },
  ],
  ["names are in the order of their numbers", ["x10", "x9"], { parts: [], alone: ["x9", "x10"] }],
] as const) {
  test(rule, () => assert.deepEqual(shape(...lines), expected));
}

test("an edge to what is not there is left out", () => {
  const { nodes, edges } = topology("a>b");
  assert.equal(takeApart({ nodes: nodes.slice(0, 1), edges, updated_at: "" }).alone.length, 1);
});
