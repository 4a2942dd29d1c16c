/**
 * What the variable TZ or the machine says, as an IANA name; UTC when that is none. An empty or unknown TZ makes Node
 * answer "Etc/Unknown" or nothing, which no schedule could follow.
 */
export function localTimezone(told: string | undefined = askMachine()): string {
  return told === undefined || told === "" || told === "Etc/Unknown" ? "UTC" : told;
}

/** Temporal (Node 26) knows at once; Intl reads 8 MB of all the world's locales first, and keeps them. */
function askMachine(): string | undefined {
  const { Temporal } = globalThis as { Temporal?: { readonly Now: { timeZoneId(): string } } };
  return Temporal?.Now.timeZoneId() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
