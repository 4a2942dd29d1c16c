const HOUR_MS = 3_600_000;

/** How long an administrator can keep a container awake. */
export const LONGEST_PIN_MS = 7 * 24 * HOUR_MS;

/** How long an administrator can suspend a container; the limit ends a forgotten suspension. */
export const LONGEST_SUSPENSION_MS = 30 * 24 * HOUR_MS;
