/**
 * The input of a layout: boxes of one size, frames around some of them, and arrows. All of it is plain data, since it
 * goes to another process.
 */
export interface Graph {
  readonly boxes: readonly { readonly id: string; readonly frame?: string }[];
  readonly frames: readonly string[];
  readonly arrows: readonly Arrow[];
}

export interface Arrow {
  /** A box, or a frame when all its boxes need the same. */
  readonly from: string;
  /** A box. */
  readonly to: string;
  readonly kind: "member" | "healthy" | "started" | "completed";
}

/** The same with coordinates in the picture; those of a box are its upper left corner. */
export interface LaidGraph {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Place>>;
  readonly frames: Readonly<Record<string, Frame>>;
  readonly arrows: readonly (Arrow & { readonly points: readonly Place[] })[];
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Frame extends Place {
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 216, height: 56 } as const;
/** Height of a frame's title, above its boxes. */
export const FRAME_TITLE = 25;
