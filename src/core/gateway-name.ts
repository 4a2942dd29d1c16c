import { hostName } from "./host-table.ts";

/**
 * Whether a Host that is no app's names the gateway itself, as it does behind a proxy that sends the address which it was
 * given: an IP address, a name without a dot (localhost, a container's or a service's), or one of the gateway's own names.
 */
export function isGatewayName(rawHost: string, ownNames: readonly string[]): boolean {
  const name = hostName(rawHost);
  if (name === undefined) return false;
  return !name.includes(".") || IPV4.test(name) || name.endsWith(DOCKERS_OWN) || ownNames.includes(name);
}

const IPV4 = /^[\d.]+$/u;
const DOCKERS_OWN = ".docker.internal";
