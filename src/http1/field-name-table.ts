import { type FieldReader, hashOn, TOKEN } from "./field-reader.ts";

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
