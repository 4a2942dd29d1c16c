import { BlockList, isIPv4, isIPv6 } from "node:net";
import { plainAddress } from "../core/plain-address.ts";

/** Checks whether an address lies in one of several CIDRs (in the form of `GatewaySettings.trustedProxies`). */
export type AddressSet = (address: string) => boolean;

/**
 * Creates the check. IPv4 peers that Node shows as `::ffff:1.2.3.4` count as IPv4; a text that is not an address is
 * never contained.
 */
export function createAddressSet(cidrs: readonly string[]): AddressSet {
  if (cidrs.length === 0) return () => false;
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits] = cidr.split("/");
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    list.addSubnet(network, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  const known = new Map<string, boolean>();
  return (address) => {
    let found = known.get(address);
    if (found === undefined) {
      found = contains(list, address);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(address, found);
    }
    return found;
  };
}

/** The limit of the cache: peers are few behind a front, but many on the internet. */
const MOST_REMEMBERED = 10_000;

function contains(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  if (isIPv4(plain)) return list.check(plain, "ipv4");
  return isIPv6(plain) && list.check(plain, "ipv6");
}
