/**
 * Returns the time zone of the variable TZ or the machine as an IANA name; UTC when there is none. An empty or unknown
 * TZ makes Node return "Etc/Unknown" or nothing, which no schedule could follow.
 */
export function localTimezone(systemTimezone: string | undefined = readSystemTimezone()): string {
  return systemTimezone === undefined || systemTimezone === "" || systemTimezone === "Etc/Unknown"
    ? "UTC"
    : systemTimezone;
}

/** Temporal (Node 26) knows it at once; Intl loads 8 MB of locales first, and keeps them. */
function readSystemTimezone(): string | undefined {
  const { Temporal } = globalThis as { Temporal?: { readonly Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
