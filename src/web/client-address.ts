import { ipKeyGenerator } from "express-rate-limit";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** More hops than any real chain of proxies has. */
const MOST_HOPS = 32;

/**
 * Returns the client address: the peer, or what a trusted peer reports in X-Forwarded-For. Read from the right, it is
 * the first address that is not trusted; anything further left proves nothing.
 */
export function clientAddress(req: IncomingMessage, isTrusted: (address: string) => boolean): string {
  let address = plainAddress(req.socket.remoteAddress ?? "");
  const chain = req.headers["x-forwarded-for"];
  if (typeof chain !== "string" || !isTrusted(address)) return address;
  const hops = chain.split(",").slice(-MOST_HOPS);
  for (const hop of hops.toReversed()) {
    const next = plainAddress(hop.trim());
    if (isIP(next) === 0) return address; // an obfuscated or broken hop: the last known address counts
    address = next;
    if (!isTrusted(address)) return address;
  }
  return address;
}

/** Removes brackets, zone, port and the IPv6 prefix of an IPv4 address. */
function plainAddress(text: string): string {
  const bare = BRACKETED.exec(text)?.[1] ?? (WITH_PORT.exec(text)?.[1] || text);
  const unwrapped = bare.toLowerCase().startsWith("::ffff:") && bare.includes(".") ? bare.slice(7) : bare;
  return unwrapped.split("%", 1)[0] ?? "";
}

const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;

/** Returns an address as a key: of IPv6 the 64-bit network, since a client has all of it. */
export function addressKey(address: string): string {
  return ipKeyGenerator(address, 64);
}
