import { stripAnsi } from "./strip-ansi.ts";

const LONGEST = 1_000;

/** Makes one printable line of a text: no line breaks or control characters, at most 1,000 characters. */
export function plainLine(text: string): string {
  const line = stripAnsi(text.slice(0, 4 * LONGEST).replace(/[\r\n\t]+/g, " "));
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1).toWellFormed()}…` : line;
}
