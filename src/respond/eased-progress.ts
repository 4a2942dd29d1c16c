const NEVER_BEYOND = 0.95;

/**
 * Returns how full the bar is (0 to 0.95) when `elapsedMs` of a usual `etaMs` have passed: nearly linear at first, 80 %
 * at the usual time, and ever slower then, since only the response of the app fills it. templates/wake.js continues the
 * same curve.
 */
export function easedProgress(elapsedMs: number, etaMs: number): number {
  const share = Math.max(0, elapsedMs) / Math.max(1, etaMs);
  return NEVER_BEYOND * (share > 1e3 ? 1 : share / (1 + share ** 4) ** 0.25);
}
