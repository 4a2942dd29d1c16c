/**
 * Returns whether a request is a prefetch of something that a person may open next (WICG nav-speculation, older forms).
 */
export function isPrefetch(method: string, headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  return NAMES.some((name) => headers[name] !== undefined && GUESS.test(String(headers[name])));
}

/** The fields of Chrome and Safari, Turbo, older versions of Chrome and Safari, and Firefox. */
const NAMES = ["sec-purpose", "x-sec-purpose", "purpose", "x-purpose", "x-moz"];

/** One token of the value, as in `prefetch;prerender` or `prefetch;anonymous-client-ip`. */
const GUESS = /(?:^|[\s,;])(?:prefetch|prerender|preview|instant)(?:$|[\s,;])/iu;
