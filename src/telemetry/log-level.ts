/** The levels of LOG_LEVEL. */
export type LogLevel = (typeof LEVELS)[number];

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** Reads LOG_LEVEL; `warn` is called for an unknown level, which counts as `info`. */
export function readLogLevel(
  { LOG_LEVEL: given }: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): LogLevel {
  if (!given) return "info";
  const level = LEVELS.find((name) => name === given.trim().toLowerCase());
  if (level === undefined)
    warn(`LOG_LEVEL must be one of ${LEVELS.join(", ")} (got ${JSON.stringify(given)}); using info`);
  return level ?? "info";
}
