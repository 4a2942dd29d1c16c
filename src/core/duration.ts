/** The result of `parseDuration`: milliseconds, or one sentence that describes the fault. */
export type DurationReading =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly fault: string };

/** Parses a Go-style duration (`90s`, `1h30m`, `1.5h`, `500ms`, `0`) into milliseconds. */
export function parseDuration(text: string): DurationReading {
  const trimmed = text.trim();
  if (/^0+$/.test(trimmed)) return { ok: true, value: 0 };
  if (/^\d+(\.\d+)?$/.test(trimmed)) return refuse(missingUnit(trimmed));
  if (trimmed.startsWith("-")) return refuse(`${quote(trimmed)} is negative; 0 switches it off`);
  if (/^(\d+(\.\d+)?d)/.test(trimmed)) return refuse(`${quote(trimmed)} has an unknown unit; write a day as "24h"`);
  if (!WHOLE.test(trimmed))
    return refuse(`${quote(trimmed)} is not a duration; write it like "90s", "15m", "1h30m" or "500ms"`);
  const total = sumParts(trimmed);
  if (total > 0 && total < 1) return refuse(`${quote(trimmed)} is shorter than "1ms"`);
  if (total > LONGEST_MS) return refuse(`${quote(trimmed)} is longer than ten years; 0 switches it off`);
  return { ok: true, value: Math.round(total) };
}

/** Formats milliseconds as in configuration files: `1h30m`, `500ms`, `0`. */
export function formatDuration(ms: number): string {
  if (ms <= 0) return "0";
  const { hours, minutes, seconds, millis } = split(ms);
  return [part(hours, "h"), part(minutes, "m"), part(seconds, "s"), part(millis, "ms")].join("");
}

/**
 * Formats milliseconds as Go's `Duration.String` does, which the original's status API used: `1h30m0s`, `1.5s`, `0s`.
 */
export function formatGoDuration(ms: number): string {
  if (ms <= 0) return "0s";
  if (ms < 1_000) return `${ms}ms`;
  const { hours, minutes } = split(ms);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
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

function split(ms: number): { hours: number; minutes: number; seconds: number; millis: number } {
  return {
    hours: Math.floor(ms / 3_600_000),
    minutes: Math.floor((ms % 3_600_000) / 60_000),
    seconds: Math.floor((ms % 60_000) / 1000),
    millis: ms % 1000,
  };
}

function part(amount: number, unit: string): string {
  return amount > 0 ? `${amount}${unit}` : "";
}

function refuse(fault: string): DurationReading {
  return { ok: false, fault };
}

function missingUnit(text: string): string {
  return `${text} has no unit; write "${text}s" for seconds or "${text}m" for minutes`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
