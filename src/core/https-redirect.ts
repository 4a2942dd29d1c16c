const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Whether a response to `http://host/path` only redirects to the same path by https, as an app that forces https does.
 */
export function isRedirectToHttps(status: number, location: string | undefined, host: string, path: string): boolean {
  if (!REDIRECTS.has(status) || location === undefined || !/^https:\/\//i.test(location)) return false;
  if (!URL.canParse(location) || !URL.canParse(path, `https://${host}`)) return false;
  const to = new URL(location);
  const from = new URL(path, `https://${host}`);
  // The port is that of whatever ends TLS in front of the app.
  return to.hostname === from.hostname && to.pathname === from.pathname && to.search === from.search;
}
