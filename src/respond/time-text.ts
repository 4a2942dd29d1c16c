import type { Language } from "./language.ts";

/** "8 s" or "1 min 05 s": short, and the same in every language. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  return `${Math.floor(seconds / 60)}\u00a0min ${String(seconds % 60).padStart(2, "0")}\u00a0s`;
}

/** "in 7 hours", in the given language. */
export function untilText(ms: number, language: Language): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (minutes < 90) return words.format(minutes, "minute");
  if (minutes < 36 * 60) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

/** "Tuesday, 24 November at 08:00 CET": in the time zone of the app's schedule, not of the visitor. */
export function clockText(ms: number, language: Language, timezone: string): string {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: timezone,
    timeZoneName: "short",
  }).format(ms);
}
