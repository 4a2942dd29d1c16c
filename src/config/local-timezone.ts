import { parseTimezone } from "./cron-expression.ts";

/**
 * What the variable TZ or the machine says, as an IANA name; UTC when that is none. An empty or unknown TZ makes Node
 * answer "Etc/Unknown" or nothing, which no schedule could follow.
 */
export function localTimezone(told: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  const reading = parseTimezone(told ?? "");
  return reading.ok && reading.value !== "" ? reading.value : "UTC";
}
