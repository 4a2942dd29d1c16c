import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { requestHost } from "../core/request-host.ts";

/** Returns the requested host in lower case with its port; empty without one. */
export function hostOf(req: IncomingMessage): string {
  const host = requestHost(req.url ?? "/", req.rawHeaders);
  return typeof host === "string" ? host.toLowerCase() : "";
}

/** Returns whether the client uses TLS, to us or to a trusted proxy. */
export function isSecure(req: IncomingMessage, isTrusted: (address: string) => boolean): boolean {
  if (req.socket instanceof TLSSocket) return true;
  return isTrusted(req.socket.remoteAddress ?? "") && req.headers["x-forwarded-proto"] === "https";
}

/**
 * Returns whether a request that changes something comes from our own page or from a program. Browsers always send
 * Origin with a POST, so a request without it is not from a browser. A trusted proxy may have rewritten Host, so its
 * X-Forwarded-Host counts too.
 */
export function isSameOrigin(req: IncomingMessage, isTrusted: (address: string) => boolean): boolean {
  const site = req.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin } = req.headers;
  if (origin === undefined) return true;
  const source = originHost(origin);
  if (source === undefined) return false; // including "null": a sandboxed frame, a redirect from another site
  if (source === hostOf(req)) return true;
  const forwarded = req.headers["x-forwarded-host"];
  return (
    typeof forwarded === "string" &&
    isTrusted(req.socket.remoteAddress ?? "") &&
    source === forwarded.trim().toLowerCase()
  );
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/\s?#@]+)$/.exec(origin.toLowerCase())?.[1];
}
