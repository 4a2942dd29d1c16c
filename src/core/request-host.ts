/**
 * Returns the raw host of a request; `CONFLICT` if there are several Host fields (request smuggling), `undefined`
 * without one.
 */
export function requestHost(target: string, rawHeaders: readonly string[]): string | undefined | typeof CONFLICT {
  let host: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name === undefined || name.length !== 4 || name.toLowerCase() !== "host") continue;
    if (host !== undefined) return CONFLICT;
    host = rawHeaders[at + 1];
  }
  // RFC 9112 §3.2.2: the authority of an absolute-form target replaces the Host header.
  return target.charCodeAt(0) === SLASH ? host : (authorityOf(target) ?? host);
}

/** The result of `requestHost` for several Host fields. */
export const CONFLICT = Symbol("conflict");

/** Returns the path of a request target, without query and fragment (GHSA-pxq7-h93f-9jrg: `#` ends a path too). */
export function requestPath(target: string): string {
  const origin = target.charCodeAt(0) === SLASH ? target : target.replace(ABSOLUTE_FORM, "");
  const end = origin.search(PATH_END);
  const path = end === -1 ? origin : origin.slice(0, end);
  return path === "" ? "/" : path;
}

const SLASH = 47;
const PATH_END = /[?#]/u;
const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/iu;

function authorityOf(target: string): string | undefined {
  const match = ABSOLUTE_FORM.exec(target);
  return match === null ? undefined : match[0].slice(match[0].indexOf("//") + 2);
}

/**
 * Returns whether a target in origin form may be one of our own paths. All other paths belong to the app, including
 * `/_next/…`. Which of ours are served depends on the host and is decided by the router.
 */
export function mayBeReserved(target: string): boolean {
  return target.charCodeAt(1) === UNDERSCORE && RESERVED.test(target);
}

const UNDERSCORE = 95;
const RESERVED = /^\/_(?:ask|auth|health|live|logs|metrics|provider|ready|status|topology)(?![^/?#])/u;
