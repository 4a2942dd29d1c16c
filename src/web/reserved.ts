import type { IncomingMessage } from "node:http";
import { createAdminHosts } from "../core/admin-hosts.ts";
import type { Settings } from "../core/settings.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import { queryOf } from "./query.ts";
import { hostOf } from "./request-origin.ts";

/** Returns whether a request is for the gateway itself; all other paths with `/_` (`/_next/…`) belong to the app. */
export type IsReserved = (req: IncomingMessage, path: string, route: Route | undefined) => boolean;

/** Creates this check. */
export function createIsReserved(settings: () => Settings): IsReserved {
  const isAdminHost = createAdminHosts(settings);

  /** Returns whether this host serves the admin pages (`admin_hosts`). */
  function hasAdminPages(req: IncomingMessage): boolean {
    return settings().gateway.adminHosts.length === 0 || isAdminHost(hostOf(req));
  }

  return (req, path, route) => {
    switch (path) {
      case "/_live":
      case "/_ready":
      case "/_logs":
        return true;
      case "/_health":
        // An app may have the same path; while it is ready, it gets requests without our parameter.
        return route === undefined || queryOf(req)?.has("container") !== false || !isReady(route);
      default:
        return isAdminPath(path) && hasAdminPages(req);
    }
  };
}

/** Returns whether only administrators may see a path. */
export function isAdminPath(path: string): boolean {
  return path === "/_status" || path === "/_topology" || path === "/_metrics" || path.startsWith("/_status/");
}

function isReady({ memberPorts }: Route): boolean {
  return memberPorts.some(({ port }) => port.gate !== undefined);
}
