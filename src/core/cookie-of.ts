/** Returns the value of the first cookie with this name, as the client sent it, with quotes and escapes. */
export function cookieOf(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
