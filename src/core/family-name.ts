/**
 * Returns the name that a container and its successor share. While Docker Compose replaces a container, the successor
 * (with its version 1: the predecessor) is called `<12 hex digits>_name`.
 */
export function familyName(name: string): string {
  return name.replace(TEMPORARY, (_, host: string | undefined) => host ?? "");
}

/** True for a name that a container only has while Docker Compose replaces it, or after that has failed. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Behind the name of a Docker host, if there is one. */
const TEMPORARY = /^([^:]*:)?[0-9a-f]{12}_(?=.)/u;
