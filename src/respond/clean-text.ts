import { stripAnsi } from "../core/strip-ansi.ts";

/**
 * Makes one printable line of a text, without control characters, line breaks and bidi overrides ("Trojan Source",
 * CVE-2021-42574).
 */
export function cleanText(text: string, maxLength = 500): string {
  return cut(stripAnsi(text.slice(0, maxLength + 1).replace(BREAKS, " ")), maxLength);
}

/** Returns the last lines of a log, cleaned and cut to a limited length. */
export function cleanLines(lines: readonly string[], maxLines = 200): string[] {
  return lines.slice(-maxLines).map((line) => cut(stripAnsi(line.slice(0, 2_001)), 2_000));
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).toWellFormed()}…` : text;
}

const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
