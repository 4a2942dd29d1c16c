import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A 24 × 24 glyph with the colour of its brand, if any. */
export interface Icon {
  readonly svg: string;
  readonly color: string | undefined;
}

/**
 * Finds a simple-icons glyph by its slug (`jellyfin`); `undefined` if there is none. It reads files, so cache the
 * result.
 */
export function findIcon(slug: string): Icon | undefined {
  if (!/^[a-z0-9_]{1,80}$/.test(slug)) return undefined;
  const path = readPath(slug);
  return path === undefined ? undefined : { svg: draw(path), color: brandColor(slug) };
}

/** The icon of a workload without a known glyph: a plain box. */
export const NEUTRAL_ICON: Icon = Object.freeze({
  svg: draw(
    "M12 1.5 2.5 6.2v11.6L12 22.5l9.5-4.7V6.2zm0 2.3 6.3 3.1-6.3 3.1-6.3-3.1zM4.5 8.6l6.5 3.2v7.9l-6.5-3.2zm15 0v7.9L13 19.7v-7.9z",
  ),
  color: undefined,
});

function draw(path: string): string {
  return `<svg width="48" height="48" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="${path}"/></svg>`;
}

function readPath(slug: string): string | undefined {
  try {
    const svg = readFileSync(fileURLToPath(import.meta.resolve(`simple-icons/icons/${slug}.svg`)), "utf8");
    return /<path d="([\w\s.,+-]+)"/.exec(svg)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Returns the colour of a brand. Searches the bytes of the package's list for the entry: importing the package would
 * cost 130 ms and 30 MB for all 3,400 icons, and parsing the list of half a megabyte for every new slug also costs
 * memory.
 */
function brandColor(slug: string): string | undefined {
  const icons = readFileSync(fileURLToPath(import.meta.resolve("simple-icons/icons.json")));
  const at = icons.indexOf(`"slug":"${slug}"`);
  if (at === -1) return undefined;
  return /^[^{}]*?"hex":"([0-9A-Fa-f]{6})"/.exec(icons.toString("utf8", at, at + 300))?.[1];
}
