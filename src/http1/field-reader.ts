/** Maps each byte allowed in a name (RFC 9110 §5.6.2) to its lower-case letter, all others to 0. */
export const TOKEN: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return /[\w!#$%&'*+.^`|~-]/u.test(letter) ? letter.toLowerCase().charCodeAt(0) : 0;
});

/** The offsets of a field line, after `read`. Reused for each line to avoid garbage. */
export class FieldReader {
  /** The end of the name. */
  colon = 0;
  /** The end of the value. */
  end = 0;
  /** A hash of the name for a `FieldNameTable`. */
  hash = 0;

  /**
   * Reads the line at `start`. `none`: it is empty, as after the last field. `unsupported`: two readers could
   * understand it differently, because it has no name, control characters or half a line end (RFC 9112). `incomplete`:
   * more bytes are needed.
   */
  read(bytes: Uint8Array, start: number, size: number): "field" | "none" | "unsupported" | "incomplete" {
    let at = start;
    let hash = 0;
    for (; at < size; at += 1) {
      const letter = TOKEN[bytes[at] as number] as number;
      if (letter === 0) break;
      hash = hashOn(hash, letter);
    }
    this.hash = hash;
    this.colon = at;
    const isNone = at === start;
    if (!isNone) {
      if (at < size && bytes[at] !== COLON) return "unsupported";
      at = valueEnd(bytes, at + 1, size);
    }
    this.end = at;
    if (at < size && bytes[at] !== CR) return "unsupported";
    if (at + 1 >= size) return "incomplete";
    if (bytes[at + 1] !== LF) return "unsupported";
    return isNone ? "none" : "field";
  }
}

/**
 * Returns where the value that starts at `from` ends: no control character except the tab is part of it (RFC 9110
 * §5.5).
 */
export function valueEnd(bytes: Uint8Array, from: number, size: number): number {
  let at = from;
  while (at < size && isOfValue(bytes[at] as number)) at += 1;
  return at;
}

function isOfValue(byte: number): boolean {
  return byte < SPACE ? byte === TAB : byte !== DELETE;
}

/** Adds one lower-case letter of a name to its hash. */
export function hashOn(hash: number, letter: number): number {
  return (hash * 31 + letter) | 0;
}

const COLON = 58;
const CR = 13;
const LF = 10;
const TAB = 9;
const SPACE = 32;
const DELETE = 127;
