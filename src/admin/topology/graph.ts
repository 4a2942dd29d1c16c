/**
 * The input of a layout: boxes of equal size, frames around some of them, and arrows. It is plain data, because it is
 * sent to another process.
 */
export interface Graph {
  readonly boxes: readonly { readonly id: string; readonly frame?: string }[];
  readonly frames: readonly string[];
  readonly arrows: readonly Arrow[];
}

/** An arrow from a box or frame to a box. */
export interface Arrow {
  /** A box, or a frame if all its boxes have the same dependency. */
  readonly from: string;
  /** A box. */
  readonly to: string;
  readonly kind: "member" | "healthy" | "started" | "completed";
}

/** A graph with coordinates in the picture; those of a box are its upper left corner. */
export interface LaidGraph {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Place>>;
  readonly frames: Readonly<Record<string, Frame>>;
  readonly arrows: readonly (Arrow & { readonly points: readonly Place[] })[];
}

/** A point in the picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The rectangle of a frame. */
export interface Frame extends Place {
  readonly width: number;
  readonly height: number;
}

/** The size of all boxes. */
export const BOX = { width: 216, height: 56 } as const;
/** The height of a frame's title. */
export const FRAME_TITLE = 25;
