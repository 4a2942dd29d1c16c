import { columns } from "./columns.ts";
import { dagre } from "./dagre.ts";
import { BOX, type Frame, FRAME_TITLE, type Graph, type LaidGraph, type Place } from "./graph.ts";
import { routeArrows } from "./route-arrows.ts";

const MARGIN = 16;
/** The distance between the border of a frame and its boxes. */
const PADDING = 10;
/** The extra space above a box in a frame, for the frame's title. */
const HEADROOM = 20;

/**
 * Lays out a graph from left to right, dependencies to the right of their dependents. This takes time, so it runs in
 * `layout-program.ts`.
 */
export function layOut(graph: Graph): LaidGraph {
  const { boxes, frames, arrows } = graph;
  const columnsOf = columns(graph);
  const dag = new dagre.graphlib.Graph({ compound: true });
  dag.setGraph({ rankdir: "LR", nodesep: 20, ranksep: 64, edgesep: 14 });
  dag.setDefaultEdgeLabel(() => ({}));
  for (const frame of frames) dag.setNode(frame, {});
  for (const { id, frame } of boxes) {
    dag.setNode(id, { width: BOX.width, height: BOX.height + (frame === undefined ? 0 : HEADROOM) });
    if (frame !== undefined) dag.setParent(id, frame);
  }
  for (const [from, to] of columnsOf.flatMap(({ order }) => order)) dag.setEdge(from, to, { weight: 1 });
  // The arrow of a frame is laid out as that of the box which represents the frame.
  const speaker = (id: string): string => columnsOf.find(({ frame }) => frame === id)?.speaker ?? id;
  for (const { from, to } of arrows) dag.setEdge(speaker(from), to, { weight: 2 });
  dagre.layout(dag);

  const corners = new Map(
    boxes.map(({ id, frame }) => [id, cornerOf(dag.node(id), frame === undefined ? 0 : HEADROOM / 2)]),
  );
  const framed = new Map(
    frames.map((id) => [
      id,
      frameAround(
        boxes.filter(({ frame }) => frame === id),
        corners,
      ),
    ]),
  );
  const bends = arrows.map(({ from, to }) => (dag.edge(speaker(from), to).points ?? []).map(copy));
  return fit({
    boxes: Object.fromEntries(corners),
    frames: Object.fromEntries(framed),
    arrows: routeArrows(arrows, bends, corners, framed),
  });
}

function copy({ x, y }: Place): Place {
  return { x, y };
}

function cornerOf({ x, y }: Place, lower: number): Place {
  return { x: x - BOX.width / 2, y: y - BOX.height / 2 + lower };
}

function frameAround(boxes: Graph["boxes"], corners: ReadonlyMap<string, Place>): Frame {
  const places = boxes.flatMap(({ id }) => corners.get(id) ?? []);
  const x = Math.min(...places.map((place) => place.x)) - PADDING;
  const y = Math.min(...places.map((place) => place.y)) - PADDING - FRAME_TITLE;
  const right = Math.max(...places.map((place) => place.x)) + BOX.width + PADDING;
  const bottom = Math.max(...places.map((place) => place.y)) + BOX.height + PADDING;
  return { x, y, width: right - x, height: bottom - y };
}

/** Moves everything to the margin. */
function fit({ boxes, frames, arrows }: Omit<LaidGraph, "width" | "height">): LaidGraph {
  const rectangles: Frame[] = [
    ...Object.values(boxes).map((place) => ({ ...place, ...BOX })),
    ...Object.values(frames),
    ...arrows.flatMap(({ points }) => points.map((point) => ({ ...point, width: 0, height: 0 }))),
  ];
  const left = Math.min(...rectangles.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...rectangles.map(({ y }) => y)) - MARGIN;
  const move = <T extends Place>(place: T): T => ({ ...place, x: round(place.x - left), y: round(place.y - top) });
  return {
    width: Math.ceil(Math.max(...rectangles.map(({ x, width }) => x + width)) - left + MARGIN),
    height: Math.ceil(Math.max(...rectangles.map(({ y, height }) => y + height)) - top + MARGIN),
    boxes: Object.fromEntries(Object.entries(boxes).map(([id, place]) => [id, move(place)])),
    frames: Object.fromEntries(Object.entries(frames).map(([id, frame]) => [id, move(frame)])),
    arrows: arrows.map((arrow) => ({ ...arrow, points: arrow.points.map(move) })),
  };
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
