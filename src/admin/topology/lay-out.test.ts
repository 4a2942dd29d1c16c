import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BOX, type Frame, type Graph } from "./graph.ts";
import { layOut } from "./lay-out.ts";
import { createLayout } from "./layout.ts";

/** Arbitrary graphs without cycles, with some boxes in frames. */
const graphs = fc
  .record({
    size: fc.integer({ min: 1, max: 14 }),
    links: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 20 }),
    framed: fc.array(fc.option(fc.constantFrom("f", "g"), { nil: undefined }), { minLength: 14, maxLength: 14 }),
  })
  .map(({ size, links, framed }): Graph => {
    const boxes = Array.from({ length: size }, (_, index) => {
      const frame = framed[index];
      return { id: `n${index}`, ...(frame !== undefined && { frame }) };
    });
    const pairs = new Map(
      links
        .filter(([a, b]) => a !== b && a < size && b < size)
        .map(([a, b]) => [`${Math.min(a, b)} ${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)] as const]),
    );
    return {
      boxes,
      frames: [...new Set(boxes.flatMap(({ frame }) => frame ?? []))],
      arrows: [...pairs.values()].map(([a, b]) => ({ from: `n${a}`, to: `n${b}`, kind: "healthy" })),
    };
  });

test("whatever is laid out, no box covers another, and everything lies in the picture", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const laid = layOut(graph);
      const boxes = Object.values(laid.boxes).map((place): Frame => ({ ...place, ...BOX }));
      assert.equal(boxes.length, graph.boxes.length);
      for (const [index, box] of boxes.entries())
        for (const other of boxes.slice(index + 1)) assert.ok(!overlap(box, other), JSON.stringify([box, other]));
      for (const { x, y, width, height } of [...boxes, ...Object.values(laid.frames)]) {
        assert.ok(x >= 0 && y >= 0 && x + width <= laid.width && y + height <= laid.height);
      }
    }),
    { numRuns: 60 },
  );
});

test("every arrow goes from the right of one box to the left of another, and never back to the left", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const laid = layOut(graph);
      for (const { from, to, points } of laid.arrows) {
        const [start, end] = [laid.boxes[from]!, laid.boxes[to]!];
        near(points[0]!.x, start.x + BOX.width);
        near(points.at(-1)!.x, end.x);
        for (const [index, point] of points.slice(1).entries()) assert.ok(point.x >= points[index]!.x - 0.2);
      }
    }),
    { numRuns: 60 },
  );
});

test("a frame holds its boxes below its title, and many of them stand in several columns", () => {
  const boxes = Array.from({ length: 12 }, (_, index) => ({ id: `n${index}`, frame: "f" }));
  const laid = layOut({ boxes, frames: ["f"], arrows: [] });
  const frame = laid.frames["f"]!;
  for (const { x, y } of Object.values(laid.boxes)) {
    assert.ok(x > frame.x && x + BOX.width < frame.x + frame.width);
    assert.ok(y > frame.y + 25 && y + BOX.height < frame.y + frame.height);
  }
  assert.deepEqual(new Set(Object.values(laid.boxes).map(({ x }) => x)).size, 3);
});

test("an arrow of a frame leaves from its border", () => {
  const boxes = [{ id: "a", frame: "f" }, { id: "b", frame: "f" }, { id: "db" }];
  const laid = layOut({ boxes, frames: ["f"], arrows: [{ from: "f", to: "db", kind: "healthy" }] });
  near(laid.arrows[0]!.points[0]!.x, laid.frames["f"]!.x + laid.frames["f"]!.width);
});

test("a separate process returns the same result, which is cached", async () => {
  const graph: Graph = {
    boxes: [{ id: "a" }, { id: "b" }],
    frames: [],
    arrows: [{ from: "a", to: "b", kind: "started" }],
  };
  const layout = createLayout();
  const first = layout([graph]);
  assert.equal(layout([structuredClone(graph)]), first);
  assert.deepEqual(await first, [layOut(graph)]);
  assert.deepEqual(await layout([]), []);
});

test("a layout that fails is reported, and not tried again at once", async () => {
  const broken = [{} as Graph];
  const layout = createLayout();
  const first = layout(broken);
  await assert.rejects(first, /the layout failed/);
  assert.equal(layout(broken), first);
});

function overlap(a: Frame, b: Frame): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 0.3, `${actual} is not ${expected}`);
}
