/** Writes bytes so that a terminal shows each of them, one line per line end. */
export function escapeBytes(bytes: string): string {
  const text = bytes.replaceAll(UNSHOWN, (character) => NAMED[character] ?? hex(character));
  return text.replaceAll("\\n", "\\n\n");
}

/** The same, shortened in the middle. */
export function excerpt(bytes: string, length = 300): string {
  const shown = (part: string): string => escapeBytes(part).replaceAll("\n", "");
  if (bytes.length <= length) return `"${shown(bytes)}"`;
  const half = length >> 1;
  return `"${shown(bytes.slice(0, half))}" … (${bytes.length} bytes) … "${shown(bytes.slice(-half))}"`;
}

const UNSHOWN = /[^ -[\]-~]/gu;
const NAMED: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\" };

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
