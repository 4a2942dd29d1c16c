import type { Graph } from "./graph.ts";

/** The arrangement of the boxes in a frame that have no arrows. */
export interface Columns {
  readonly frame: string;
  /** Invisible arrows that split a long column into several short ones. */
  readonly order: readonly (readonly [from: string, to: string])[];
  /** A box in the middle of the last column, which represents the frame. */
  readonly speaker: string;
}

/** The maximum number of boxes in a column. */
const TALLEST = 4;

/** Arranges, in each frame, the boxes without arrows of their own. */
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
