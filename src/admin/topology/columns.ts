import type { Graph } from "./graph.ts";

/** How a frame's boxes that nothing orders are put in order. */
export interface Columns {
  readonly frame: string;
  /** Invisible arrows that make several short columns of a long one. */
  readonly order: readonly (readonly [from: string, to: string])[];
  /** A box of the last column, from its middle. */
  readonly speaker: string;
}

/** So many stand below each other before a new column begins. */
const TALLEST = 4;

/** For each frame the order of what no arrow of its own orders. */
export function columns({ boxes, frames, arrows }: Graph): Columns[] {
  const bound = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  return frames.map((frame) => {
    const members = boxes.filter((box) => box.frame === frame).map(({ id }) => id);
    const free = members.filter((id) => !bound.has(id));
    const rows = Math.ceil(free.length / Math.ceil(free.length / TALLEST));
    const last = free.slice(-(free.length % rows || rows));
    return {
      frame,
      order: free.flatMap((id, index) => {
        const next = free[index + rows] ?? (index < free.length - last.length ? free.at(-1) : undefined);
        return next === undefined ? [] : [[id, next] as const];
      }),
      speaker: last[Math.floor((last.length - 1) / 2)] ?? members.at(-1) ?? frame,
    };
  });
}
