/**
 * Returns where an app can be opened; `undefined` for a host pattern. Without a port of its own it is assumed to listen
 * where the dashboard does, unless a front proxy routes to it.
 */
export function appHref(host: string, ownHost: string, hasFront: boolean): string | undefined {
  if (host.includes("*")) return undefined;
  const ownPort = /:\d+$/.exec(ownHost)?.[0] ?? "";
  const hasPort = /:\d+$/.test(host);
  return `//${host}${hasPort || hasFront ? "" : ownPort}/`;
}
