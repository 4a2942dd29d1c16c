import { type Arrow, BOX, type Frame, type LaidGraph, type Place } from "./graph.ts";

/** The distance between two arrows at the same box. */
const GAP = 10;

/**
 * Routes the arrows: each leaves a box on the right and arrives on the left, parallel to its neighbours, and passes
 * other boxes in the lane that the layout left free. `bends` are the layout's points of each arrow.
 */
export function routeArrows(
  arrows: readonly Arrow[],
  bends: readonly (readonly Place[])[],
  boxes: ReadonlyMap<string, Place>,
  frames: ReadonlyMap<string, Frame>,
): LaidGraph["arrows"] {
  const middles = [...boxes.values()].map(({ x }) => x + BOX.width / 2);
  const rectangle = (id: string): Frame => frames.get(id) ?? { ...(boxes.get(id) ?? NOWHERE), ...BOX };
  const centre = (id: string): number => rectangle(id).y + rectangle(id).height / 2;
  /** The points next to other boxes; between columns arrows are drawn without points. */
  const lanes = bends.map((points, index) => {
    const start = rectangle(arrows[index]?.from ?? "");
    const end = rectangle(arrows[index]?.to ?? "");
    return points.filter(({ x }) => {
      const isBetween = x - BOX.width / 2 > start.x + start.width && x + BOX.width / 2 < end.x;
      return isBetween && middles.some((middle) => Math.abs(middle - x) < 1);
    });
  });
  /** Returns the position of an arrow at one side of a box; arrows are ordered by where they go. */
  const port = (index: number, side: "from" | "to"): number => {
    const id = arrows[index]?.[side] ?? "";
    const aim = (at: number): number => {
      const lane = side === "from" ? lanes[at]?.[0] : lanes[at]?.at(-1);
      return lane?.y ?? centre(arrows[at]?.[side === "from" ? "to" : "from"] ?? "");
    };
    const siblings = arrows.flatMap((arrow, at) => (arrow[side] === id ? [at] : [])).sort((a, b) => aim(a) - aim(b));
    const gap = Math.min(GAP, (rectangle(id).height - 20) / siblings.length);
    return centre(id) + (siblings.indexOf(index) - (siblings.length - 1) / 2) * gap;
  };
  return arrows.map((arrow, index) => {
    const start = rectangle(arrow.from);
    const end = rectangle(arrow.to);
    const between = (lanes[index] ?? []).flatMap(({ x, y }) => [
      { x: x - BOX.width / 2, y },
      { x: x + BOX.width / 2, y },
    ]);
    return {
      ...arrow,
      points: [{ x: start.x + start.width, y: port(index, "from") }, ...between, { x: end.x, y: port(index, "to") }],
    };
  });
}

const NOWHERE: Place = { x: 0, y: 0 };
