import type { IncomingMessage } from "node:http";
import { createAdminHosts } from "../core/admin-hosts.ts";
import type { Settings } from "../core/settings.ts";
import type { Route } from "../lifecycle/admit/route.ts";
import { queryOf } from "./query.ts";
import { hostOf } from "./request-origin.ts";

/** Decides which requests are ours; every other path that begins with `/_` (an app's `/_next/…`) is the app's. */
export type IsReserved = (req: IncomingMessage, path: string, route: Route | undefined) => boolean;

export function createIsReserved(settings: () => Settings): IsReserved {
  const isAdminHost = createAdminHosts(settings);

  /** On hosts other than `admin_hosts`, where some are set, the admin pages do not exist. */
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
        // An app may have one of its own: without our parameter it gets the request once it is ready.
        return route === undefined || queryOf(req)?.has("container") !== false || !isReady(route);
      default:
        return isAdminPath(path) && hasAdminPages(req);
    }
  };
}

/** Whether only administrators may see it. */
export function isAdminPath(path: string): boolean {
  return path === "/_status" || path === "/_topology" || path === "/_metrics" || path.startsWith("/_status/");
}

function isReady({ memberPorts }: Route): boolean {
  return memberPorts.some(({ port }) => port.gate !== undefined);
}
