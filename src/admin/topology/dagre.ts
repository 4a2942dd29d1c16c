import untyped from "@dagrejs/dagre";
import type { Place } from "./graph.ts";

/** The part of the library that is used; its own types cannot be resolved in an ESM project. */
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
  /** Returns the middle of a box after the layout. */
  node(id: string): Place;
  /** Returns the points of an edge after the layout, including its ends. */
  edge(from: string, to: string): { readonly points?: readonly Place[] };
}

/** The layout library, which is only loaded in a separate process. */
export const dagre = untyped as unknown as Dagre;
