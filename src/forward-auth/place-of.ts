import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { ReachFrom } from "../core/front-reach.ts";

/** Returns where an address is, as seen from this machine. */
export function placeOf(address: string, interfaces = networkInterfaces()): ReachFrom {
  const own = Object.values(interfaces).flatMap((all) => all ?? []);
  const isLoopback = address === "::1" || address.startsWith("127.");
  const isHere = isLoopback || own.some((one) => one.address === address);
  return {
    address,
    isHere,
    isNear: networksOf(own.flatMap(({ cidr }) => cidr ?? [])).check(address, familyOf(address)),
  };
}

function networksOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", bits] = cidr.split("/");
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
