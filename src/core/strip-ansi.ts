/* oxlint-disable no-control-regex -- this file removes control characters */

/**
 * Returns one line of output as plain text: terminal sequences, control characters and marks that reorder text are
 * removed, and a line overwritten with carriage returns keeps its last state. Tabs stay. Linear in time.
 */
export function stripAnsi(line: string): string {
  if (!SUSPICIOUS.test(line)) return line;
  return lastState(line.replace(SEQUENCES, "")).replace(UNPRINTABLE, "").toWellFormed();
}

/** Approximates a terminal: after a carriage return, text overwrites the line from its start. */
function lastState(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\r") end--;
  return end === 0 ? "" : text.slice(text.lastIndexOf("\r", end - 1) + 1, end);
}

const SUSPICIOUS = /[^\t\x20-\x7e\xa0-\u0559]/;

/**
 * ECMA-48, in the order tried: strings (OSC, DCS, SOS, PM, APC) up to BEL, ST or the next escape; CSI with its
 * parameters; other escapes. Each exists in a 7-bit form (ESC and a letter) and an 8-bit one (C1). An unfinished one
 * extends to the end of the line, as in a terminal.
 */
const SEQUENCES = new RegExp(
  [
    "(?:\\x1b[\\]PX^_]|[\\x9d\\x90\\x98\\x9e\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x9c|\\x1b\\\\)?",
    "(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]?",
    "\\x1b[ -/]*[0-~]?",
  ].join("|"),
  "g",
);

/**
 * C0 except the tab, DEL, C1, and characters that make text look different from what is stored: bidirectional marks,
 * embeddings, overrides and isolates (CVE-2021-42574), line and paragraph separators, byte-order marks.
 */
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
