import { read, unreadable, type Reading } from "./reading.ts";

/** Reads a Go-style duration (`90s`, `1h30m`, `1.5h`, `500ms`, `0`) as milliseconds. */
export function parseDuration(text: string): Reading<number> {
  const trimmed = text.trim();
  if (/^0+$/.test(trimmed)) return read(0);
  if (/^\d+(\.\d+)?$/.test(trimmed)) return unreadable(missingUnit(trimmed));
  if (trimmed.startsWith("-")) return unreadable(`${quote(trimmed)} is negative; 0 switches it off`);
  if (/^(\d+(\.\d+)?d)/.test(trimmed)) return unreadable(`${quote(trimmed)} has no unit that is known: a day is "24h"`);
  if (!WHOLE.test(trimmed))
    return unreadable(`${quote(trimmed)} is no duration; write it like "90s", "15m", "1h30m" or "500ms"`);
  const total = sumParts(trimmed);
  if (total > 0 && total < 1) return unreadable(`${quote(trimmed)} is shorter than "1ms"`);
  if (total > LONGEST_MS) return unreadable(`${quote(trimmed)} is longer than ten years; 0 switches it off`);
  return read(Math.round(total));
}

/** Writes milliseconds the way `parseDuration` reads them: `1h30m`, `500ms`, `0`. */
export function formatDuration(ms: number): string {
  if (ms <= 0) return "0";
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  const rest = ms % 1000;
  return [part(hours, "h"), part(minutes, "m"), part(seconds, "s"), part(rest, "ms")].join("");
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const LONGEST_MS = 10 * 365 * 24 * 3_600_000;

function sumParts(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNITS_MS[unit ?? ""] ?? 0);
  return total;
}

function missingUnit(text: string): string {
  return `${text} has no unit; write "${text}s" for seconds or "${text}m" for minutes`;
}

function part(amount: number, unit: string): string {
  return amount > 0 ? `${amount}${unit}` : "";
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
