const FIRST_MS = 3_000;
const LONGEST_MS = 300_000;

/**
 * Returns for how long after the `failures`-th failure in a row requests get that failure instead of a new start: 3 s,
 * doubled each time, at most 5 min.
 */
export function coolDownMs(failures: number): number {
  if (failures <= 0) return 0;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}
