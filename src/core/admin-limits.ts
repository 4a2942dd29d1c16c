const HOUR_MS = 3_600_000;

/** For how long an administrator can keep a container awake. */
export const LONGEST_PIN_MS = 7 * 24 * HOUR_MS;

/** For how long one can be suspended: whoever forgot it finds it back. */
export const LONGEST_SUSPENSION_MS = 30 * 24 * HOUR_MS;
