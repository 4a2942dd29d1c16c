import { ipKeyGenerator } from "express-rate-limit";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** More hops than any real chain of proxies has. */
const MOST_HOPS = 32;

/**
 * Who asks: the peer, or what a trusted peer says in X-Forwarded-For. Read from the right, the first address that is
 * not trusted itself; what a stranger wrote further left proves nothing.
 */
export function clientAddress(req: IncomingMessage, isTrusted: (address: string) => boolean): string {
  let address = plainAddress(req.socket.remoteAddress ?? "");
  const chain = req.headers["x-forwarded-for"];
  if (typeof chain !== "string" || !isTrusted(address)) return address;
  const hops = chain.split(",").slice(-MOST_HOPS);
  for (const hop of hops.toReversed()) {
    const next = plainAddress(hop.trim());
    if (isIP(next) === 0) return address; // an obfuscated or broken hop: the last one that is known counts
    address = next;
    if (!isTrusted(address)) return address;
  }
  return address;
}

/** Without brackets, zone, port and the IPv6 wrapping of an IPv4 address. */
function plainAddress(text: string): string {
  const bare = BRACKETED.exec(text)?.[1] ?? (WITH_PORT.exec(text)?.[1] || text);
  const unwrapped = bare.toLowerCase().startsWith("::ffff:") && bare.includes(".") ? bare.slice(7) : bare;
  return unwrapped.split("%", 1)[0] ?? "";
}

const BRACKETED = /^\[([^\]]*)\](?::\d+)?$/;
const WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d+$/;

/** An address as a key: of IPv6 the network of 64 bits, since a client has all of it. */
export function addressKey(address: string): string {
  return ipKeyGenerator(address, 64);
}
