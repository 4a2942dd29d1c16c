/**
 * Where an app can be opened; `undefined` for a pattern of hosts. Without a port of its own it is taken to listen where
 * the dashboard does, unless a front proxy leads to it.
 */
export function appHref(host: string, ownHost: string, hasFront: boolean): string | undefined {
  if (host.includes("*")) return undefined;
  const ownPort = /:\d+$/.exec(ownHost)?.[0] ?? "";
  const hasPort = /:\d+$/.test(host);
  return `//${host}${hasPort || hasFront ? "" : ownPort}/`;
}
