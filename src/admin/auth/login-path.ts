import type { IncomingMessage } from "node:http";
import { requestPath } from "../../core/request-host.ts";
import { safePath } from "../../respond/safe-path.ts";
import { isAdminPath } from "../../web/reserved.ts";

const HOME = "/_status";

/** Returns the path of the login page, with the page to return to. */
export function loginPath(req: IncomingMessage): string {
  const next = adminPath(req.method === "POST" ? undefined : req.url);
  return next === HOME ? "/_status/login" : `/_status/login?next=${encodeURIComponent(next)}`;
}

/** Returns the path and query if it is one of our own pages, else the dashboard, so that we redirect nowhere else. */
export function adminPath(target: unknown): string {
  const path = typeof target === "string" && target.length <= 2_000 ? safePath(target) : "";
  const bare = requestPath(path);
  const isOurs = isAdminPath(bare) && bare !== "/_status/login" && bare !== "/_status/events";
  return isOurs ? path : HOME;
}
