/**
 * Returns the name that a container and its successor share. While Docker Compose replaces a container, it calls the
 * successor (Compose 1: the predecessor) `<12 hex digits>_name`.
 */
export function familyName(name: string): string {
  return name.replace(TEMPORARY, (_, host: string | undefined) => host ?? "");
}

/** Returns true for a name that Docker Compose gives to a container during a replacement; it stays if that fails. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Optionally preceded by the name of a Docker host. */
const TEMPORARY = /^([^:]*:)?[0-9a-f]{12}_(?=.)/u;
