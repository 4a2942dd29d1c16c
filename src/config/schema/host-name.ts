import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { read, unreadable, type Reading } from "./reading.ts";

/**
 * Parses a host as clients request it: `app.example.com`, with a port, as `*.example.com`, or as a literal address.
 * Returns it in lower case, without a trailing dot, international names as punycode, IPv6 in brackets.
 */
export function parseHost(text: string): Reading<string> {
  const trimmed = text.trim();
  if (trimmed === "") return unreadable("a host name is missing");
  if (/[/?#@]/.test(trimmed))
    return unreadable(`${quote(trimmed)} is more than a host name; write the host alone, like "app.example.com"`);
  if (isIPv6(trimmed)) return read(canonicalIpv6(trimmed));
  const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(trimmed) ?? [];
  if (port !== undefined && !isPort(port)) return unreadable(`${quote(trimmed)} has no valid port (1 to 65535)`);
  const host = parseName(name);
  if (host === undefined) return unreadable(`${quote(trimmed)} is not a host name`);
  if (host === "*") return unreadable(`"*" alone is not a host name; write a wildcard like "*.example.com"`);
  if (host.startsWith("*.") && port !== undefined) return unreadable(`${quote(trimmed)}: a wildcard takes no port`);
  return read(port === undefined ? host : `${host}:${Number(port)}`);
}

function parseName(name: string): string | undefined {
  if (name.startsWith("[")) return isIPv6(name.slice(1, -1)) ? canonicalIpv6(name.slice(1, -1)) : undefined;
  if (isIPv4(name) || name === "*") return name;
  const wildcard = name.startsWith("*.");
  const domain = parseDomain(wildcard ? name.slice(2) : name);
  return domain === undefined ? undefined : `${wildcard ? "*." : ""}${domain}`;
}

function parseDomain(name: string): string | undefined {
  const ascii = domainToASCII(name.replace(/\.$/, "")).toLowerCase();
  const labels = ascii.split(".");
  if (ascii.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
  // URL parsers take a name whose last label is a number for an IPv4 address.
  return /^\d+$/.test(labels.at(-1) ?? "") ? undefined : ascii;
}

function canonicalIpv6(address: string): string {
  const zone = address.indexOf("%");
  return new URL(`http://[${zone === -1 ? address : address.slice(0, zone)}]`).hostname;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/** Underscores are accepted, because Docker's names contain them. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
