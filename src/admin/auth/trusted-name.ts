import type { IncomingMessage } from "node:http";
import type { AdminAuth } from "../../core/settings.ts";

/**
 * Returns who is logged in at an authenticating front, from its `trusted_header`; `undefined`: nobody. The peer address
 * must be trusted, and the field must occur once: a second one shows that the front passes on the client's own.
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
