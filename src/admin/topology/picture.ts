import { type Arrow, BOX, type Frame, type LaidGraph, type Place } from "./graph.ts";
import type { TopologyPart } from "./parts.ts";
import type { TopologyNode } from "./topology.ts";

/** A part of the topology with the data of its SVG picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly (Frame & { readonly node: TopologyNode })[];
  readonly boxes: readonly (Place & { readonly node: TopologyNode })[];
  /** `d` is the data of an SVG path. */
  readonly arrows: readonly (Pick<Arrow, "kind"> & { readonly d: string })[];
}

/** Creates the picture of a part. */
export function pictureOf({ nodes }: TopologyPart, laid: LaidGraph): Picture {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const withNode = <T extends Place>([id, place]: [string, T]): (T & { node: TopologyNode })[] => {
    const node = byId.get(id);
    return node === undefined ? [] : [{ ...place, node }];
  };
  return {
    width: laid.width,
    height: laid.height,
    frames: Object.entries(laid.frames).flatMap(withNode),
    boxes: Object.entries(laid.boxes).flatMap(withNode),
    arrows: laid.arrows.map(({ kind, points }) => ({ kind, d: curve(points) })),
  };
}

/** Creates the picture of a single container. */
export function pictureOfOne(node: TopologyNode): Picture {
  return { ...BOX, frames: [], arrows: [], boxes: [{ node, x: 0, y: 0 }] };
}

/** Returns the path of a curve that is horizontal at each point. */
function curve([first, ...rest]: readonly Place[]): string {
  if (first === undefined) return "";
  let at = first;
  let path = `M${at.x} ${at.y}`;
  for (const next of rest) {
    const middle = (at.x + next.x) / 2;
    path += at.y === next.y ? `H${next.x}` : `C${middle} ${at.y} ${middle} ${next.y} ${next.x} ${next.y}`;
    at = next;
  }
  return path;
}
