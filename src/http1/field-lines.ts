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

interface Entry<Meaning> {
  readonly letters: readonly number[];
  readonly meaning: Meaning;
}

/**
 * Maps a few field names to their meanings, without creating a string per name, which would cost more than everything
 * else.
 */
export class FieldNameTable<Meaning> {
  readonly #entries = new Map<number, Entry<Meaning>>();

  /** `meanings` is keyed by lower-case names. */
  constructor(meanings: Iterable<readonly [name: string, meaning: Meaning]>) {
    for (const [name, meaning] of meanings) {
      const letters = Array.from(name, (letter) => letter.charCodeAt(0));
      const hash = letters.reduce(hashOn, 0);
      if (this.#entries.has(hash)) throw new Error(`${name} collides with another name of this table`);
      this.#entries.set(hash, { letters, meaning });
    }
  }

  /** Returns the meaning of the name that starts at `start`, in any letter case, after `field` has read it. */
  find(bytes: Uint8Array, start: number, field: FieldReader): Meaning | undefined {
    const entry = this.#entries.get(field.hash);
    if (entry === undefined) return undefined;
    const { letters } = entry;
    if (letters.length !== field.colon - start) return undefined;
    for (let at = 0; at < letters.length; at += 1) {
      if (TOKEN[bytes[start + at] as number] !== letters[at]) return undefined;
    }
    return entry.meaning;
  }
}

/** Maps each byte allowed in a name (RFC 9110 §5.6.2) to its lower-case letter, all others to 0. */
const TOKEN: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  return /[\w!#$%&'*+.^`|~-]/u.test(letter) ? letter.toLowerCase().charCodeAt(0) : 0;
});

/** Adds one lower-case letter of a name to its hash. */
function hashOn(hash: number, letter: number): number {
  return (hash * 31 + letter) | 0;
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

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const DELETE = 127;
