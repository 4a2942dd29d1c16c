import { createAdminHosts } from "../core/admin-hosts.ts";
import type { Settings } from "../core/settings.ts";
import type { Route, Routes } from "../lifecycle/admit/route.ts";

interface HostLookupDeps {
  readonly routes: () => Routes;
  readonly settings: () => Settings;
  readonly isTrusted: (address: string) => boolean;
}

/** Finds the route of a request. */
export interface HostLookup {
  findRoute(host: string | undefined, target: string): Route | undefined;
  /**
   * Returns the host that replaces an unknown Host: the `X-Forwarded-Host` of a trusted peer, if it is a known host.
   * `undefined`: the request's own Host stands. Apache appends to the list that it receives, so only the last element
   * is the peer's; a client may have written those before.
   */
  forwardedHost(host: string | undefined, forwarded: string, peer: string): string | undefined;
}

export function createHostLookup({ routes, settings, isTrusted }: HostLookupDeps): HostLookup {
  const isAdminHost = createAdminHosts(settings);

  /** `?container=NAME` where no host matches: how the original is tried out without DNS. */
  function routeOf(target: string): Route | undefined {
    const query = target.indexOf("?");
    if (query === -1 || !target.includes("container=", query)) return undefined;
    const name = new URLSearchParams(target.slice(query + 1)).get("container");
    return name === null ? undefined : routes().named(name);
  }

  function isOurs(host: string | undefined): boolean {
    return routes().hosts.find(host) !== undefined || isAdminHost(host);
  }

  return {
    findRoute: (host, target) => routes().hosts.find(host) ?? routeOf(target),
    forwardedHost(host, forwarded, peer) {
      if (isOurs(host) || !isTrusted(peer)) return undefined;
      const last = forwarded.slice(forwarded.lastIndexOf(",") + 1).trim();
      return isOurs(last) ? last : undefined;
    },
  };
}
