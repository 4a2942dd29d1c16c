import type { Arrow, Graph } from "./graph.ts";
import type { Topology, TopologyEdge, TopologyNode } from "./topology.ts";

/** A connected component of the topology. */
export interface TopologyPart {
  readonly nodes: readonly TopologyNode[];
  readonly graph: Graph;
}

/** The topology, split for pictures. */
export interface Parts {
  /** Largest first. */
  readonly parts: readonly TopologyPart[];
  /** The containers without connections. */
  readonly alone: readonly TopologyNode[];
}

/**
 * Splits a topology into readable pictures. A group becomes a frame around its members, or, if it shares members with
 * another frame, a box with lines to them.
 */
export function takeApart({ nodes: unsorted, edges }: Topology): Parts {
  const nodes = unsorted.toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const frameOf = framesOf(nodes, edges);
  const neighbours = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const known = edges.filter(({ from, to }) => neighbours.has(from) && neighbours.has(to));
  for (const { from, to } of known) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const seen = new Set<string>();
  const parts: TopologyPart[] = [];
  const alone: TopologyNode[] = [];
  for (const node of nodes) {
    if (seen.has(node.id)) continue;
    const ids = reach(node.id, neighbours, seen);
    const members = nodes.filter(({ id }) => ids.has(id));
    const own = known.filter(({ from }) => ids.has(from));
    if (members.length === 1) alone.push(node);
    else parts.push({ nodes: members, graph: graphOf(members, own, frameOf) });
  }
  return { parts: parts.toSorted((a, b) => b.nodes.length - a.nodes.length), alone };
}

/** Maps each container to the group that is its frame. */
function framesOf(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[]): ReadonlyMap<string, string> {
  const frameOf = new Map<string, string>();
  for (const { id } of nodes.filter(({ kind }) => kind === "group")) {
    const members = edges.filter(({ from, kind }) => from === id && kind === "member").map(({ to }) => to);
    if (members.some((member) => frameOf.has(member))) continue;
    for (const member of members) frameOf.set(member, id);
  }
  return frameOf;
}

function reach(start: string, neighbours: ReadonlyMap<string, readonly string[]>, seen: Set<string>): Set<string> {
  const reached = new Set([start]);
  for (const id of reached) for (const next of neighbours.get(id) ?? []) reached.add(next);
  for (const id of reached) seen.add(id);
  return reached;
}

function graphOf(
  nodes: readonly TopologyNode[],
  edges: readonly TopologyEdge[],
  frameOf: ReadonlyMap<string, string>,
): Graph {
  const frames = [...new Set(nodes.flatMap(({ id }) => frameOf.get(id) ?? []))];
  const boxes = nodes
    .filter(({ id }) => !frames.includes(id))
    .map(({ id }) => {
      const frame = frameOf.get(id);
      return { id, ...(frame !== undefined && { frame }) };
    });
  const arrows = edges.filter(({ from }) => !frames.includes(from)).map(toArrow);
  return { boxes, frames, arrows: frames.reduce((all, frame) => shareArrows(all, frame, boxes), arrows) };
}

/** Replaces the arrows to a common dependency of all members of a frame by one arrow from the frame. */
function shareArrows(arrows: readonly Arrow[], frame: string, boxes: Graph["boxes"]): Arrow[] {
  const members = new Set(boxes.filter((box) => box.frame === frame).map(({ id }) => id));
  const isLike = (a: Arrow, b: Arrow): boolean => a.to === b.to && a.kind === b.kind;
  const isShared = (arrow: Arrow): boolean =>
    members.size > 1 &&
    members.has(arrow.from) &&
    !members.has(arrow.to) &&
    arrows.filter((each) => members.has(each.from) && isLike(each, arrow)).length === members.size;
  const shared = arrows.filter(isShared);
  const once = shared.filter((arrow, index) => shared.findIndex((each) => isLike(each, arrow)) === index);
  return [...arrows.filter((arrow) => !isShared(arrow)), ...once.map((arrow) => ({ ...arrow, from: frame }))];
}

function toArrow({ from, to, condition }: TopologyEdge): Arrow {
  const isKnown = condition === "healthy" || condition === "started" || condition === "completed";
  return { from, to, kind: isKnown ? condition : "member" };
}
