import { Cron } from "croner";
import { read, unreadable, type Reading } from "./reading.ts";

/** Parses a cron expression with five or six fields, or a nickname such as `@daily`; `?` is the same as `*`. */
export function parseCron(text: string): Reading<string> {
  const trimmed = text.trim().replaceAll("?", "*");
  if (trimmed === "") return read("");
  const fields = trimmed.split(/\s+/);
  const shown = JSON.stringify(text.slice(0, 60));
  if (!NICKNAMES.has(trimmed) && fields.length !== 5 && fields.length !== 6) {
    return unreadable(
      `invalid cron expression ${shown}: five fields are expected (minute hour day month weekday)${zoneHint(fields)}`,
    );
  }
  try {
    // The time zone does not matter, because this only checks whether it ever fires.
    const next = new Cron(trimmed, { timezone: "UTC" }).nextRun();
    return next === null ? unreadable(`invalid cron expression ${shown}: it never fires`) : read(trimmed);
  } catch (error) {
    return unreadable(`invalid cron expression ${shown}: ${reasonOf(error)}${zoneHint(fields)}`);
  }
}

/** Parses an IANA time zone name from the machine's list, for example `Europe/Rome`. */
export function parseTimezone(text: string): Reading<string> {
  const trimmed = text.trim();
  if (trimmed === "") return read("");
  try {
    return read(new Intl.DateTimeFormat("en", { timeZone: trimmed }).resolvedOptions().timeZone);
  } catch {
    return unreadable(`unknown time zone ${JSON.stringify(trimmed.slice(0, 60))}; write it like "Europe/Rome"`);
  }
}

const NICKNAMES: ReadonlySet<string> = new Set([
  "@yearly",
  "@annually",
  "@monthly",
  "@weekly",
  "@daily",
  "@midnight",
  "@hourly",
]);

function zoneHint(fields: readonly string[]): string {
  return /^(CRON_)?TZ=/.test(fields[0] ?? "") ? "; a time zone goes into schedule_timezone" : "";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "it cannot be read";
}
