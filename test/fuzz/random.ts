/** Choices that follow from a seed alone: the same seed gives the same traffic on every machine. */
export interface Random {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** True in about `share` of the calls. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Letters, digits and bytes that matter to HTTP. */
  text(length: number): string;
}

/** Creates the choices of a seed (sfc32, its state hashed from the seed's characters). */
export function createRandom(seed: string): Random {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (const character of seed) a = Math.imul(a ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 16; round += 1) next();
  return choices(next);
}

/** The simplest choice every time: what shrinking tries in the place of a seed. */
export const LEAST = "least";

/** Creates the choices of a seed, or the simplest ones. */
export function choicesOf(seed: string): Random {
  return seed === LEAST ? choices(() => 0, false) : createRandom(seed);
}

function choices(next: () => number, mayChance = true): Random {
  const below = (count: number): number => Math.floor(next() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  return {
    below,
    pick,
    chance: (share) => mayChance && next() < share,
    text: (length) => Array.from({ length }, () => pick(LETTERS)).join(""),
  };
}

const LETTERS = [
  ...Array.from("abcdefghijklmnopqrstuvwxyz0123456789"),
  "\r\n",
  "GET /",
  " HTTP/1.1\r\n",
  "0\r\n\r\n",
  "\0",
  "\xff",
];
