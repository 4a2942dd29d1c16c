/** Removes the IPv6 prefix that a dual-stack listener adds to the address of an IPv4 peer (RFC 4291, section 2.5.5.2). */
export function plainAddress(address: string): string {
  return address.startsWith("::") ? address.replace(MAPPED, "") : address;
}

const MAPPED = /^::ffff:(?=\d+\.)/iu;
