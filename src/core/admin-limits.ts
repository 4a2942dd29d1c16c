const HOUR_MS = 3_600_000;

/** How long an administrator can keep a container awake. */
export const LONGEST_PIN_MS = 7 * 24 * HOUR_MS;

/** How long one can be suspended: a forgotten suspension ends. */
export const LONGEST_SUSPENSION_MS = 30 * 24 * HOUR_MS;
