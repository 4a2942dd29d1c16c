import { ipKeyGenerator } from "express-rate-limit";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { plainAddress } from "../core/plain-address.ts";

/** The limit of hops, more than any real chain of proxies has. */
const MOST_HOPS = 32;

/**
 * Returns the client's address: the peer, or the one that a trusted peer reports in X-Forwarded-For. That is the first
 * untrusted address from the right; anything further left can be forged.
 */
export function clientAddress(req: IncomingMessage, isTrusted: (address: string) => boolean): string {
  let address = bareAddress(req.socket.remoteAddress ?? "");
  const chain = req.headers["x-forwarded-for"];
  if (typeof chain !== "string" || !isTrusted(address)) return address;
  const hops = chain.split(",").slice(-MOST_HOPS);
  for (const hop of hops.toReversed()) {
    const next = bareAddress(hop.trim());
    if (isIP(next) === 0) return address; // obfuscated or malformed: the last known address counts
    address = next;
    if (!isTrusted(address)) return address;
  }
  return address;
}

/** Removes brackets, zone, port and the IPv6 prefix of an IPv4 address. */
function bareAddress(text: string): string {
  const address = BRACKETED.exec(text)?.[1] ?? (WITH_PORT.exec(text)?.[1] || text);
  return plainAddress(address).split("%", 1)[0] ?? "";
}

const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;

/** Returns the key of an address for limits: for IPv6 its /64 network, all of which a client can use. */
export function addressKey(address: string): string {
  return ipKeyGenerator(address, 64);
}
