import type { IncomingMessage } from "node:http";
import { type HeaderNames, nominatedBy } from "./header-names.ts";
import { authorityOf } from "./request-target.ts";

interface RequestHeadersDeps {
  readonly names: HeaderNames;
  isTrusted(address: string): boolean;
}

/** Writes the headers for the app, flat, in the client's order and letter case. Framing and `Connection` are left out. */
export type RequestHeaders = (req: IncomingMessage, authority: string, passHost: boolean) => string[];

/**
 * What is said about the client is ours, unless its peer is trusted; that it is removed first and written last is what
 * makes `Connection: X-Forwarded-For` harmless.
 */
export function createRequestHeaders({ names, isTrusted }: RequestHeadersDeps): RequestHeaders {
  return (req, authority, passHost) => {
    const { rawHeaders, socket } = req;
    const nominated = nominatedBy(req.headers.connection);
    const peer = plainAddress(socket.remoteAddress ?? "");
    const trusted = isTrusted(peer);
    let host = authorityOf(req.url);
    let hasHost = false;
    let forwardedFor = "";
    let hasForwardedHost = false;
    let hasForwardedProto = false;
    let hasRealIp = false;
    const headers: string[] = [];
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const { name, lower, kind } = names(rawHeaders[at] ?? "");
      const value = rawHeaders[at + 1] ?? "";
      switch (kind) {
        case "plain":
          if (nominated === undefined || !nominated.has(lower)) headers.push(name, value);
          continue;
        case "host":
          if (hasHost) continue;
          hasHost = true;
          host ??= value;
          headers.push(name, passHost ? host : authority);
          continue;
        case "content-length":
          headers.push(name, value);
          continue;
        case "te":
          if (TRAILERS.test(value)) headers.push(name, "trailers");
          continue;
        case "trailer":
          if (req.headers["transfer-encoding"] !== undefined) headers.push(name, value);
          continue;
        case "connection":
        case "transfer-encoding":
        case "hop":
        case "expect":
        case "gateway":
          continue;
        case "forwarded-for":
        case "forwarded-host":
        case "forwarded-proto":
        case "real-ip":
        case "claim":
          break;
      }
      if (!trusted || nominated?.has(lower)) continue;
      if (kind === "forwarded-for") {
        forwardedFor = forwardedFor === "" ? value : `${forwardedFor}, ${value}`;
        continue;
      }
      headers.push(name, value);
      if (kind === "forwarded-host") hasForwardedHost = true;
      else if (kind === "forwarded-proto") hasForwardedProto = true;
      else if (kind === "real-ip") hasRealIp = true;
    }
    if (!hasHost) headers.push("Host", host ?? authority);
    if (peer !== "") headers.push("X-Forwarded-For", forwardedFor === "" ? peer : `${forwardedFor}, ${peer}`);
    if (!hasForwardedHost && host !== undefined) headers.push("X-Forwarded-Host", host);
    if (!hasForwardedProto) headers.push("X-Forwarded-Proto", isEncrypted(req) ? "https" : "http");
    if (!hasRealIp && peer !== "") headers.push("X-Real-IP", forwardedFor === "" ? peer : lastOf(forwardedFor));
    return headers;
  };
}

const TRAILERS = /(?:^|,)\s*trailers\s*(?:,|$)/iu;

/** The address that a trusted peer saw: its own addition to the list. */
function lastOf(forwardedFor: string): string {
  return forwardedFor.slice(forwardedFor.lastIndexOf(",") + 1).trim();
}

/** Without the IPv6 wrapping that a dual-stack listener puts around IPv4 peers. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}
