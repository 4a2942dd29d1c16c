/** A colour in the shades that a page needs. */
export interface Accent {
  /** For the bar and the steps, with the contrast that graphics require. */
  readonly fill: string;
  /** For decoration only, closer to the chosen colour. */
  readonly sun: string;
  /** For a glyph on `sun`. */
  readonly mark: string;
}

/** An accent for each colour scheme. */
export interface Accents {
  readonly light: Accent;
  readonly dark: Accent;
}

/**
 * Creates accents from any colour: darker for the light scheme and lighter for the dark one, until it has the contrast
 * that WCAG 1.4.11 requires of graphics. It is never used for text.
 */
export function createAccents(color: Rgb): Accents {
  return { light: shades(color, LIGHT_LINE, BLACK), dark: shades(color, DARK_LINE, WHITE) };
}

/** A colour with channels from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Parses `rgb` or `rrggbb` with or without `#`; `undefined` for anything else, so that no CSS can be injected. */
export function parseColor(text: string): Rgb | undefined {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (digits === undefined) return undefined;
  const full = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const value = Number.parseInt(full, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Returns the contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/**
 * The colours with which an accent must contrast: of the line colours of each scheme in templates/base.css the one with
 * medium lightness.
 */
export const LIGHT_LINE: Rgb = [0xe4, 0xdf, 0xd7];
export const DARK_LINE: Rgb = [0x2b, 0x32, 0x40];
/** WCAG requires 3:1 for graphics; decoration only has to be visible. */
const GRAPHIC = 3.05;
const VISIBLE = 1.7;

function shades(color: Rgb, line: Rgb, towards: Rgb): Accent {
  const fill = shift(color, line, towards, GRAPHIC);
  const sun = shift(color, line, towards, VISIBLE);
  return {
    fill: toHex(fill),
    sun: toHex(sun),
    mark: contrast(sun, WHITE) >= 2.4 ? "#ffffff" : "#10141c",
  };
}

function shift(color: Rgb, line: Rgb, towards: Rgb, enough: number): Rgb {
  let shade = color;
  for (let step = 1; contrast(shade, line) < enough && step <= 25; step += 1) shade = mix(color, towards, step / 25);
  return shade;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function toHex(color: Rgb): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
