import { read, unreadable, type Reading } from "./reading.ts";

/** The pattern of sizes for editors: a number of bytes, or a number with a unit. */
export const SIZE_PATTERN = "^[0-9]+([bkmgBKMG]|[kmgKMG][bB])?$";

/** Parses a size in Docker's notation (`64m`, `1g`, `512k`, bare bytes; units of 1024): 0, or at least `min`. */
export function parseSize(text: string, min: number): Reading<number> {
  const [, amount, unit = ""] = /^(\d+)([kmg]?)b?$/.exec(text.trim().toLowerCase()) ?? [];
  if (amount === undefined) return unreadable(`${quote(text)} is not a size; write it like "64m", "512k" or "1g"`);
  const bytes = Number(amount) * (UNITS[unit] ?? 1);
  if (bytes > Number.MAX_SAFE_INTEGER) return unreadable(`${quote(text)} is more than any machine has`);
  if (bytes > 0 && bytes < min) return unreadable(`${quote(text)} is less than ${formatSize(min)}; 0 switches it off`);
  return read(bytes);
}

/** Formats bytes in the notation of `parseSize`. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of Object.entries(UNITS))
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return String(bytes);
}

/** Largest first. */
const UNITS: Readonly<Record<string, number>> = { g: 1024 ** 3, m: 1024 ** 2, k: 1024 };

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
