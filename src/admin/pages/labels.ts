import { createTranslate, type Language, type Translate } from "../../respond/language.ts";

/** A time on a page: its present text, and what the page's script needs to keep it current. */
export interface Moment {
  readonly iso: string;
  readonly text: string;
  /** `ago`, `left` and `span` change every second; `at` never does. */
  readonly tick: "ago" | "left" | "span" | "at";
  /** The full date and time, as a tooltip. */
  readonly title: string;
}

/** Formats times, durations and amounts in one language; all times are on the wall clock. */
export interface Labels {
  readonly language: Language;
  /** The present time. */
  readonly nowMs: number;
  readonly t: Translate;
  /** Formats a duration: "12 s", "4 min 05 s", "3 h 20 min", "2 days 4 h", "12 days". */
  span(ms: number): string;
  /** Formats how long ago it was, as part of a sentence. */
  ago(atMs: number): Moment;
  /** Formats the time until then. */
  left(atMs: number): Moment;
  /** Formats the time since then. */
  since(atMs: number): Moment;
  /** Formats the time of day, with the day unless it is today. */
  at(atMs: number): Moment;
  /** Formats a duration with a decimal below ten seconds: "1.5 s". */
  fine(ms: number): string;
  bytes(bytes: number): string;
  /** Formats memory saved over time, in GB hours or MB hours. */
  byteHours(byteSeconds: number): string;
  number(value: number): string;
  list(items: readonly string[], kind?: "conjunction" | "disjunction"): string;
}

/** Creates the labels. */
export function createLabels(language: Language, timezone: string, nowMs: number): Labels {
  const locale = language === "en" ? "en-GB" : language;
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "auto" });
  const days = new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "short" });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: timezone });
  const dated = new Intl.DateTimeFormat(locale, { ...DATED, timeZone: timezone });
  const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long", timeZone: timezone });
  const day = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: timezone });
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

  function span(ms: number): string {
    const s = Math.max(0, Math.floor(ms / 1_000));
    if (s < 60) return `${s}${NBSP}s`;
    if (s < 3_600) return `${Math.floor(s / 60)}${NBSP}min${s < 600 ? `${NBSP}${pad(s % 60)}${NBSP}s` : ""}`;
    if (s < 86_400) return `${Math.floor(s / 3_600)}${NBSP}h${NBSP}${pad(Math.floor((s % 3_600) / 60))}${NBSP}min`;
    const text = days.format(Math.floor(s / 86_400));
    return s < 864_000 ? `${text}${NBSP}${Math.floor((s % 86_400) / 3_600)}${NBSP}h` : text;
  }

  function agoText(ms: number): string {
    const s = Math.max(0, Math.round(ms / 1_000));
    if (s < 60) return s < 5 ? relative.format(0, "second") : relative.format(-s, "second");
    if (s < 5_400) return relative.format(-Math.round(s / 60), "minute");
    if (s < 129_600) return relative.format(-Math.round(s / 3_600), "hour");
    return relative.format(-Math.round(s / 86_400), "day");
  }

  const moment = (atMs: number, tick: Moment["tick"], text: string): Moment => ({
    iso: new Date(atMs).toISOString(),
    text,
    tick,
    title: whole.format(atMs),
  });

  return {
    language,
    nowMs,
    t: createTranslate(language),
    span,
    ago: (atMs) => moment(atMs, "ago", agoText(nowMs - atMs)),
    left: (atMs) => moment(atMs, "left", span(Math.ceil((atMs - nowMs) / 1_000) * 1_000)),
    since: (atMs) => moment(atMs, "span", span(nowMs - atMs)),
    at: (atMs) => moment(atMs, "at", (day.format(atMs) === day.format(nowMs) ? clock : dated).format(atMs)),
    fine: (ms) => (ms < 10_000 ? `${tenths.format(Math.max(ms, 0) / 1_000)}${NBSP}s` : span(ms)),
    bytes(bytes) {
      const unit = bytes >= 1e9 ? "GB" : "MB";
      return `${(bytes >= 1e10 || unit === "MB" ? plain : tenths).format(bytes / (unit === "GB" ? 1e9 : 1e6))}${NBSP}${unit}`;
    },
    byteHours(byteSeconds) {
      const hours = byteSeconds / 3_600;
      const unit = hours >= 1e9 ? "GB" : "MB";
      return `${(hours >= 1e10 || unit === "MB" ? plain : tenths).format(hours / (unit === "GB" ? 1e9 : 1e6))}${NBSP}${unit}${NBSP}h`;
    },
    number: (value) => plain.format(value),
    list: (items, kind = "conjunction") => new Intl.ListFormat(locale, { type: kind, style: "short" }).format(items),
  };
}

const NBSP = "\u00a0";
const DATED = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
