import type { Language } from "./language.ts";

/** Formats a duration as "8 s" or "1 min 05 s", which is the same in every language. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  return `${Math.floor(seconds / 60)}\u00a0min ${String(seconds % 60).padStart(2, "0")}\u00a0s`;
}

/** Formats a time from now, such as "in 7 hours". */
export function untilText(ms: number, language: Language): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  if (minutes < 90) return words.format(minutes, "minute");
  if (minutes < 36 * 60) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

/** Formats a time, such as "Tuesday, 24 November at 08:00 CET", in the time zone of the app's schedule. */
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
