/**
 * Whether a request is a prefetch: a browser loads what a person may open next (WICG nav-speculation, and older forms).
 */
export function isPrefetch(method: string, headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  return NAMES.some((name) => headers[name] !== undefined && GUESS.test(String(headers[name])));
}

/** Of Chrome and Safari, of Turbo, of older Chrome and Safari, of Firefox. */
const NAMES = ["sec-purpose", "x-sec-purpose", "purpose", "x-purpose", "x-moz"];

/** One token of it: `prefetch;prerender`, `prefetch;anonymous-client-ip`. */
const GUESS = /(?:^|[\s,;])(?:prefetch|prerender|preview|instant)(?:$|[\s,;])/iu;
