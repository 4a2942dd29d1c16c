import type { IncomingMessage } from "node:http";

const SLASH = 47;

/**
 * Returns the target for the app: origin form unchanged, absolute form without scheme and authority (RFC 9112 §3.2.2),
 * `*` as it is; `undefined` for anything else.
 */
export function originForm(target: string | undefined): string | undefined {
  if (target === undefined) return undefined;
  if (target.charCodeAt(0) === SLASH || target === "*") return target;
  const rest = ABSOLUTE_FORM.exec(target);
  if (rest === null) return undefined;
  const path = target.slice(rest[0].length);
  return path.charCodeAt(0) === SLASH ? path : `/${path}`;
}

/**
 * Returns the authority of an absolute-form target, which replaces the Host field; `undefined` for every other form.
 */
export function authorityOf(target: string | undefined): string | undefined {
  if (target === undefined || target.charCodeAt(0) === SLASH) return undefined;
  return ABSOLUTE_FORM.exec(target)?.[1];
}

const ABSOLUTE_FORM = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/iu;

/** Makes a request one for another host: the app, and all of ours that read it from here on, see this one alone. */
export function setHost(req: IncomingMessage, host: string): void {
  const { rawHeaders } = req;
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (at === -1) rawHeaders.push("Host", host);
  else rawHeaders[at + 1] = host;
  req.headers.host = host;
  const target = originForm(req.url); // an authority in it would replace the Host
  if (target !== undefined) req.url = target;
}
