/**
 * Returns the time zone of the variable TZ or the machine as an IANA name, or UTC. With an empty or unknown TZ, Node
 * returns "Etc/Unknown" or nothing, which schedules cannot use.
 */
export function localTimezone(systemTimezone: string | undefined = readSystemTimezone()): string {
  return systemTimezone === undefined || systemTimezone === "" || systemTimezone === "Etc/Unknown"
    ? "UTC"
    : systemTimezone;
}

/** Uses Temporal (Node 26) if available, because Intl loads 8 MB of locales, which stay in memory. */
function readSystemTimezone(): string | undefined {
  const { Temporal } = globalThis as { Temporal?: { readonly Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
