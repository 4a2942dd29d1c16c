import type { IncomingMessage } from "node:http";
import type { AdminAuth } from "../../core/settings.ts";

/**
 * Returns the user that an authenticating front reports in `trusted_header`; `undefined` without one. The peer must be
 * trusted, and the field must occur only once: a second one shows that the front passes on the client's.
 */
export function trustedName(
  req: IncomingMessage,
  auth: AdminAuth,
  isTrusted: (address: string) => boolean,
): string | undefined {
  if (auth.method === "none" || auth.trustedHeader === undefined) return undefined;
  if (!isTrusted(req.socket.remoteAddress ?? "")) return undefined;
  const [name, ...more] = req.headersDistinct[auth.trustedHeader] ?? [];
  return more.length > 0 || name === undefined ? undefined : name.trim() || undefined;
}
