import type { IncomingMessage } from "node:http";
import { plainAddress } from "../core/plain-address.ts";
import { type FieldNames, nominatedBy } from "../http1/field-names.ts";
import { authorityOf } from "../http1/request-head.ts";

interface RequestHeadersDeps {
  readonly names: FieldNames;
  isTrusted(address: string): boolean;
}

/** What the fields for the app are made from. */
export interface ReceivedRequest {
  readonly rawHeaders: readonly string[];
  /** The authority of its target, which replaces the Host field. */
  readonly authority: string | undefined;
  readonly connection: string | undefined;
  /** It has a Transfer-Encoding. */
  readonly isChunked: boolean;
  /** The peer address as reported by the system. */
  readonly peer: string;
  readonly isEncrypted: boolean;
}

/**
 * Writes the fields for the app as a flat list, in the order and letter case of the client, without framing and
 * `Connection`.
 */
export type RequestHeaders = (received: ReceivedRequest, authority: string, passHost: boolean) => string[];

export function receivedRequest({ rawHeaders, url, headers, socket }: IncomingMessage): ReceivedRequest {
  return {
    rawHeaders,
    authority: authorityOf(url),
    connection: headers.connection,
    isChunked: headers["transfer-encoding"] !== undefined,
    peer: socket.remoteAddress ?? "",
    isEncrypted: "encrypted" in socket && socket.encrypted === true,
  };
}

/**
 * Statements about the client are ours, unless its peer is trusted. They are removed first and written last, which
 * makes `Connection: X-Forwarded-For` harmless.
 */
// oxlint-disable-next-line max-lines-per-function -- a table: one case a kind of field
export function createRequestHeaders({ names, isTrusted }: RequestHeadersDeps): RequestHeaders {
  // oxlint-disable-next-line max-lines-per-function -- a table: one case a kind of field
  return (received, authority, passHost) => {
    const { rawHeaders } = received;
    const nominated = nominatedBy(received.connection);
    const peer = plainAddress(received.peer);
    const trusted = isTrusted(peer);
    let host = received.authority;
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
          if (received.isChunked) headers.push(name, value);
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
    if (!hasForwardedProto) headers.push("X-Forwarded-Proto", received.isEncrypted ? "https" : "http");
    if (!hasRealIp && peer !== "") headers.push("X-Real-IP", forwardedFor === "" ? peer : lastOf(forwardedFor));
    return headers;
  };
}

const TRAILERS = /(?:^|,)\s*trailers\s*(?:,|$)/iu;

/** Returns the address that a trusted peer saw: its own addition to the list. */
function lastOf(forwardedFor: string): string {
  return forwardedFor.slice(forwardedFor.lastIndexOf(",") + 1).trim();
}
