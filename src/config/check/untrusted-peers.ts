import { type AddressSet, createAddressSet, plainAddress } from "../address-set.ts";

/** Peers in a private network whose word about their clients is ignored, since `trusted_proxies` does not name them. */
export interface UntrustedPeers {
  /** Notes who sent `X-Forwarded-*`. For a peer that is known or trusted that costs a look-up. */
  note(peer: string): void;
  /** Those that still are not trusted, in the order in which they came. */
  list(): readonly string[];
}

interface UntrustedPeersDeps {
  readonly isTrusted: AddressSet;
  /** Called once for each peer. */
  readonly report: (address: string) => void;
}

/** A proxy has a private address nearly always; what strangers write from elsewhere is nobody's mistake. */
export function createUntrustedPeers({ isTrusted, report }: UntrustedPeersDeps): UntrustedPeers {
  const seen = new Set<string>();
  return {
    note(peer) {
      if (isTrusted(peer) || seen.size >= MOST_PEERS) return;
      const address = plainAddress(peer);
      if (seen.has(address) || !isPrivate(address)) return;
      seen.add(address);
      report(address);
    },
    list: () => [...seen].filter((address) => !isTrusted(address)),
  };
}

const MOST_PEERS = 32;

/** RFC 1918, RFC 4193, RFC 6598, and addresses of the machine and of the link. */
const isPrivate = createAddressSet([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
]);
