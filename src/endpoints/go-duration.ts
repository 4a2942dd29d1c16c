const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h)){1,4}$/;

/** Reads a duration in a query (`20s`, `1h30m`, `500ms`, `0`) as milliseconds; `undefined` for anything else. */
export function readGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g))
    ms += Number(amount) * (UNITS_MS[unit ?? ""] ?? 0);
  return Math.round(ms);
}

/** Writes milliseconds as Go does: `1m0s`, `1h30m0s`, `1.5s`, `500ms`, `0s`. */
export function writeGoDuration(ms: number): string {
  if (ms <= 0) return "0s";
  if (ms < 1_000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
