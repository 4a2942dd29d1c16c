import { hostName } from "./host-table.ts";

/** Returns the TLS server name (SNI) for a Host field; empty for addresses, which are not allowed (RFC 6066 §3). */
export function serverName(rawHost: string | undefined): string {
  const name = rawHost === undefined ? undefined : hostName(rawHost);
  return name === undefined || name.startsWith("[") || /^[\d.]+$/.test(name) ? "" : name;
}
