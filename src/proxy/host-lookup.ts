import { createAdminHosts } from "../core/admin-hosts.ts";
import type { Settings } from "../core/settings.ts";
import type { Route, Routes } from "../lifecycle/admit/route.ts";

interface HostLookupDeps {
  readonly routes: () => Routes;
  readonly settings: () => Settings;
  readonly isTrusted: (address: string) => boolean;
}

/** Finds what a request is for. */
export interface HostLookup {
  findRoute(host: string | undefined, target: string): Route | undefined;
  /**
   * The host to take in place of a Host that is nobody's: what a trusted peer says in `X-Forwarded-Host`, if that is ours.
   * `undefined`: the request's own stands. A list, which holds what a client wrote itself, is no host.
   */
  forwardedHost(host: string | undefined, forwarded: string, peer: string): string | undefined;
}

export function createHostLookup({ routes, settings, isTrusted }: HostLookupDeps): HostLookup {
  const isAdminHost = createAdminHosts(settings);

  /** `?container=NAME` where no host matches: the reference's way of trying without DNS. */
  function routeOf(target: string): Route | undefined {
    const query = target.indexOf("?");
    if (query === -1 || !target.includes("container=", query)) return undefined;
    const name = new URLSearchParams(target.slice(query + 1)).get("container");
    return name === null ? undefined : routes().byName.get(name);
  }

  function isOurs(host: string | undefined): boolean {
    return routes().hosts.find(host) !== undefined || isAdminHost(host);
  }

  return {
    findRoute: (host, target) => routes().hosts.find(host) ?? routeOf(target),
    forwardedHost: (host, forwarded, peer) =>
      !isOurs(host) && isTrusted(peer) && isOurs(forwarded) ? forwarded : undefined,
  };
}
