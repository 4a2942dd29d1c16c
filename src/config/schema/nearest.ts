/** Returns the most similar known name; `undefined` if more than a third of the letters differ in all. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  const plain = fold(wrong.slice(0, LONGEST));
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of known) {
    const distance = editDistance(plain, fold(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best !== undefined && bestDistance <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined;
}

/** Returns `; did you mean "x"?`, or an empty text if no known name is close. */
export function hint(wrong: string, known: readonly string[]): string {
  const similar = nearest(wrong, known);
  return similar === undefined ? "" : `; did you mean "${similar}"?`;
}

/** Longer names are cut, because they are no typing errors and comparing them would cost time. */
const LONGEST = 64;

/** Normalises a name, so that `idleTimeout` and `idle-timeout` equal `idle_timeout`. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/**
 * Computes the optimal string alignment distance: an insertion, deletion, replacement or swap of neighbours costs 1.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const replace = at(previous, column - 1) + (same ? 0 : 1);
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replace);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
