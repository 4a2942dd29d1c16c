import { createAccents, parseColor } from "./accent.ts";
import type { Accents, Rgb } from "./accent.ts";
import { cleanText } from "./clean-text.ts";
import { findIcon, NEUTRAL_ICON } from "./icon.ts";
import type { Icon } from "./icon.ts";
import { loadLogo } from "./logo.ts";
import type { Face } from "./pages.ts";
import { safePath } from "./safe-path.ts";

/** A workload's face, ready for the templates: every text clean, every picture inline. */
export interface PaintedFace {
  readonly name: string;
  readonly title: string;
  readonly message: string;
  /** Safe markup of ours. */
  readonly svg: string;
  /** A `data:` URI that takes the glyph's place. */
  readonly logo: string | undefined;
  readonly accents: Accents;
  /** Where to go when ready; empty: to the address that was asked for. */
  readonly redirectPath: string;
}

/** Paints faces, each once: the result is kept as long as the settings object lives. Notes go to `report`. */
export function createPainter(templatesDir: string, report: (note: string) => void): (face: Face) => PaintedFace {
  const painted = new WeakMap<Face, PaintedFace>();
  const icons = new Map<string, Icon | undefined>();

  return (face) => {
    const known = painted.get(face);
    if (known !== undefined) return known;
    const note = (text: string): void => report(`container "${face.name}": ${text}`);
    const fresh = paint(face, lookUp(icons, face.icon), templatesDir, note);
    painted.set(face, fresh);
    return fresh;
  };
}

/** The product's own colour: the sun's. */
export const DAWN: Rgb = [0xe8, 0x8b, 0x3a];

function paint(face: Face, icon: Icon | undefined, templatesDir: string, note: (text: string) => void): PaintedFace {
  if (icon === undefined) note(`icon "${face.icon}" is not a simple-icons slug: a plain box stands for it`);
  const color = parseColor(face.color);
  if (color === undefined && face.color !== "") note(`color "${face.color}" is ignored: write it as #rrggbb`);
  const redirectPath = safePath(face.redirectPath);
  if (redirectPath === "" && face.redirectPath !== "")
    note(`redirect_path "${face.redirectPath}" is not a path: ignored`);

  return Object.freeze({
    name: cleanText(face.name),
    title: cleanText(face.title) || cleanText(face.name),
    message: cleanText(face.message),
    svg: (icon ?? NEUTRAL_ICON).svg,
    logo: loadLogo(face.logo, templatesDir, note),
    accents: createAccents(color ?? brand(face, icon) ?? DAWN),
    redirectPath,
  });
}

/** Docker's whale stands for "no icon chosen": its blue says nothing of the app. */
function brand(face: Face, icon: Icon | undefined): Rgb | undefined {
  return face.icon === "docker" || icon?.color === undefined ? undefined : parseColor(icon.color);
}

/** Bounded: labels can name any number of icons over time. */
function lookUp(icons: Map<string, Icon | undefined>, slug: string): Icon | undefined {
  if (!icons.has(slug)) {
    if (icons.size >= 500) icons.clear();
    icons.set(slug, slug === "" ? NEUTRAL_ICON : findIcon(slug));
  }
  return icons.get(slug);
}
