const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Returns whether a response to `http://host/path` only redirects to https, as an app that forces https sends it. */
export function isRedirectToHttps(status: number, location: string | undefined, host: string, path: string): boolean {
  if (!REDIRECTS.has(status) || location === undefined || !/^https:\/\//i.test(location)) return false;
  if (!URL.canParse(location) || !URL.canParse(path, `https://${host}`)) return false;
  const to = new URL(location);
  const from = new URL(path, `https://${host}`);
  // The port is not compared: it is that of the proxy that terminates TLS.
  return to.hostname === from.hostname && to.pathname === from.pathname && to.search === from.search;
}
