/** The cause of a wake, for the log line and the timeline. */
export type WakeCause = (typeof WAKE_CAUSES)[number];
/** All causes, in order. */
export const WAKE_CAUSES = ["request", "auth", "admin", "schedule", "dependency", "scale"] as const;
