import type { IncomingMessage } from "node:http";
import type { AdminAuth } from "../../core/settings.ts";

/**
 * Who has logged in at an authenticating front, as it says in `trusted_header`; `undefined`: nobody. The socket's own
 * address must be a trusted one, and the header must come once: a second one shows that the front lets clients' through.
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
