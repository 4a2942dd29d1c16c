import type { IncomingMessage } from "node:http";
import { createHostTable, type HostTable } from "../core/host-table.ts";
import type { Settings } from "../core/settings.ts";
import type { Route } from "../lifecycle/route.ts";
import { queryOf } from "./query.ts";
import { hostOf } from "./request-origin.ts";

/** Settles which requests are ours; every other path that begins with `/_` (an app's `/_next/…`) is the app's. */
export type IsReserved = (req: IncomingMessage, path: string, route: Route | undefined) => boolean;

export function createIsReserved(settings: () => Settings): IsReserved {
  const hostsOf = new WeakMap<readonly string[], HostTable<true>>();

  /** On other hosts than `admin_hosts` the admin pages do not exist. */
  function isAdminHost(req: IncomingMessage): boolean {
    const { adminHosts } = settings().gateway;
    if (adminHosts.length === 0) return true;
    let table = hostsOf.get(adminHosts);
    if (table === undefined) {
      table = createHostTable(adminHosts.map((host) => [host, true] as const));
      hostsOf.set(adminHosts, table);
    }
    return table.find(hostOf(req)) === true;
  }

  return (req, path, route) => {
    switch (path) {
      case "/_live":
      case "/_ready":
      case "/_logs":
        return true;
      case "/_health":
        // An app may have one of its own: without our parameter it is asked, once it can answer.
        return route === undefined || queryOf(req)?.has("container") !== false || !isReady(route);
      default:
        return isAdminPath(path) && isAdminHost(req);
    }
  };
}

/** Whether only administrators may see it. */
export function isAdminPath(path: string): boolean {
  return path === "/_status" || path === "/_topology" || path === "/_metrics" || path.startsWith("/_status/");
}

function isReady({ members }: Route): boolean {
  return members.some(({ gate }) => gate !== undefined);
}
