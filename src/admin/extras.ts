import type { IncomingMessage, ServerResponse } from "node:http";
import type { AdminGuard } from "./auth/admin-guard.ts";
import { clientAddress } from "../web/client-address.ts";
import type { EndpointsDeps } from "../web/endpoints-deps.ts";
import type { ExtraEndpoint } from "../web/extra-endpoint.ts";
import type { Sender } from "../web/sender.ts";

/**
 * Creates the handler of the reserved paths of other folders, with their access check. It returns false for other
 * paths.
 */
export function createExtras(
  { extras = [], isTrusted }: EndpointsDeps,
  sender: Sender,
  guard: AdminGuard,
): (req: IncomingMessage, res: ServerResponse, path: string) => boolean {
  const byPath = new Map(extras.map((extra) => [extra.path, extra]));

  function mayAccess({ access, path }: ExtraEndpoint, req: IncomingMessage, res: ServerResponse): boolean {
    // Only the peer address counts, because fields can be forged (CVE-2026-40575).
    if (access === "open" || isTrusted(req.socket.remoteAddress ?? "")) return true;
    if (access === "admin-or-trusted") return guard.admit(req, res);
    const address = clientAddress(req, () => false);
    const detail = `${address} may not use ${path}: it is not in trusted_proxies (key gateway.trusted_proxies).`;
    sender.problem(req, res, "forbidden", { detail });
    return false;
  }

  return (req, res, path) => {
    const extra = byPath.get(path);
    if (extra === undefined) return false;
    if (req.method !== "GET" && req.method !== "HEAD") {
      sender.problem(req, res, "method-not-allowed", { headers: ["Allow", "GET, HEAD"] });
    } else if (mayAccess(extra, req, res)) {
      extra.handle(req, res);
    }
    return true;
  };
}
