import { isIP } from "node:net";
import { read, unreadable, type Reading } from "./reading.ts";

/** Parses an address or a network: a bare address becomes /32 or /128, and bits beyond the prefix are cleared. */
export function parseCidr(text: string): Reading<string> {
  const [address = "", prefix, more] = text.trim().split("/");
  const family = isIP(address);
  if (family === 0 || more !== undefined || address.includes("%"))
    return unreadable(`${quote(text)} is not an IP address or a network like "10.0.0.0/8"`);
  const bits = family === 4 ? 32 : 128;
  if (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)) {
    return unreadable(`${quote(text)} needs a prefix of 0 to ${bits} bits`);
  }
  const length = prefix === undefined ? bits : Number(prefix);
  const groups = family === 4 ? address.split(".").map(Number) : expandIpv6(address);
  const kept = clearBeyond(groups, family === 4 ? 8 : 16, length);
  return read(`${family === 4 ? kept.join(".") : compressIpv6(kept)}/${length}`);
}

function clearBeyond(groups: readonly number[], width: number, prefix: number): number[] {
  return groups.map((group, index) => {
    const keep = Math.min(width, Math.max(0, prefix - index * width));
    return group & ~((1 << (width - keep)) - 1);
  });
}

function expandIpv6(address: string): number[] {
  // The URL parser converts every form, even one that ends in an IPv4 address, to hexadecimal groups.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function compressIpv6(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(":");
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
