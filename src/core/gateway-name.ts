import { hostName } from "./host-table.ts";

/**
 * Whether an unknown Host names the gateway itself, as it does behind a proxy that sends the address it was configured
 * with: an IP address, a name without a dot (localhost, a container or service name), or one of the gateway's own
 * names.
 */
export function isGatewayName(rawHost: string, ownNames: readonly string[]): boolean {
  const name = hostName(rawHost);
  if (name === undefined) return false;
  return !name.includes(".") || IPV4.test(name) || name.endsWith(DOCKERS_OWN) || ownNames.includes(name);
}

const IPV4 = /^[\d.]+$/u;
const DOCKERS_OWN = ".docker.internal";
