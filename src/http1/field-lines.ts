/** The bytes are not HTTP/1.1. */
export class InvalidResponse extends Error {}

/** Returns checked field lines as a flat list. */
export function flatFields(lines: string): string[] {
  const flat: string[] = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf("\r\n", start);
    const colon = lines.indexOf(":", start);
    flat.push(lines.slice(start, colon), trimmed(lines, colon + 1, end));
    start = end + 2;
  }
  return flat;
}

/** Returns a flat list as field lines. */
export function fieldLines(flat: readonly string[]): string {
  let lines = "";
  for (let at = 0; at + 1 < flat.length; at += 2) lines += `${flat[at]}: ${flat[at + 1]}\r\n`;
  return lines;
}

/** Returns a part of a field line without surrounding whitespace (RFC 9110 §5.5). */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

const SPACE = 32;
const TAB = 9;
