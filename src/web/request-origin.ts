import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import { requestHost } from "../core/request-host.ts";

/** Returns the requested host, lower-case with its port; empty when there is none. */
export function hostOf(req: IncomingMessage): string {
  const host = requestHost(req.url ?? "/", req.rawHeaders);
  return typeof host === "string" ? host.toLowerCase() : "";
}

/** Whether the client uses TLS, to us or to a trusted proxy. */
export function isSecure(req: IncomingMessage, isTrusted: (address: string) => boolean): boolean {
  if (req.socket instanceof TLSSocket) return true;
  return isTrusted(req.socket.remoteAddress ?? "") && req.headers["x-forwarded-proto"] === "https";
}

/**
 * Whether a request that changes something comes from a page of ours or from a program. Browsers always send the origin
 * of a POST; a request without one is not from a browser. A proxy that rewrites Host is believed when it is trusted.
 */
export function isSameOrigin(req: IncomingMessage, isTrusted: (address: string) => boolean): boolean {
  const site = req.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin } = req.headers;
  if (origin === undefined) return true;
  const asked = originHost(origin);
  if (asked === undefined) return false; // "null" too: a sandboxed frame, a redirect from another site
  if (asked === hostOf(req)) return true;
  const forwarded = req.headers["x-forwarded-host"];
  return (
    typeof forwarded === "string" &&
    isTrusted(req.socket.remoteAddress ?? "") &&
    asked === forwarded.trim().toLowerCase()
  );
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/\s?#@]+)$/.exec(origin.toLowerCase())?.[1];
}
