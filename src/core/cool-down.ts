const FIRST_MS = 3_000;
const LONGEST_MS = 300_000;

/** How long after the `failures`-th failure in a row a request gets the failure instead of a new start: 3 s, doubled each time, 5 min at most. */
export function coolDownMs(failures: number): number {
  if (failures <= 0) return 0;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}
