/**
 * What the variable TZ or the machine says, as an IANA name; UTC when that is none. An empty or unknown TZ makes Node
 * answer "Etc/Unknown" or nothing, which no schedule could follow.
 */
export function localTimezone(systemTimezone: string | undefined = readSystemTimezone()): string {
  return systemTimezone === undefined || systemTimezone === "" || systemTimezone === "Etc/Unknown"
    ? "UTC"
    : systemTimezone;
}

/** Temporal (Node 26) knows at once; Intl reads 8 MB of all the world's locales first, and keeps them. */
function readSystemTimezone(): string | undefined {
  const { Temporal } = globalThis as { Temporal?: { readonly Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
