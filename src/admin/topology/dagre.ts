import untyped from "@dagrejs/dagre";
import type { Place } from "./graph.ts";

/** As much of the library as we use: its own types cannot be resolved by an ESM project. */
interface Dagre {
  readonly layout: (graph: DagreGraph) => void;
  readonly graphlib: { readonly Graph: new (options: { readonly compound: boolean }) => DagreGraph };
}

interface DagreGraph {
  setGraph(options: Readonly<Record<string, string | number>>): void;
  setDefaultEdgeLabel(make: () => object): void;
  setNode(id: string, size: { readonly width?: number; readonly height?: number }): void;
  setParent(id: string, parent: string): void;
  setEdge(from: string, to: string, options: { readonly weight: number }): void;
  /** After the layout: a box's middle. */
  node(id: string): Place;
  /** After the layout: the points of an edge, its ends included. */
  edge(from: string, to: string): { readonly points?: readonly Place[] };
}

/** The layout library; loaded in a process of its own only. */
export const dagre = untyped as unknown as Dagre;
