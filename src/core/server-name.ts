import { hostName } from "./host-table.ts";

/** What a TLS client says as its server's name (SNI) for a Host header; empty for addresses, which are none (RFC 6066 §3). */
export function serverName(rawHost: string | undefined): string {
  const name = rawHost === undefined ? undefined : hostName(rawHost);
  return name === undefined || name.startsWith("[") || /^[\d.]+$/.test(name) ? "" : name;
}
