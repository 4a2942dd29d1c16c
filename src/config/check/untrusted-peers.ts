import { type AddressSet, createAddressSet } from "../address-set.ts";
import { plainAddress } from "../../core/plain-address.ts";

/** Peers with private addresses whose forwarded fields are ignored, because `trusted_proxies` does not contain them. */
export interface UntrustedPeers {
  /** Notes a sender of `X-Forwarded-*`. For a known or trusted peer this costs one lookup. */
  note(peer: string): void;
  /** Returns the peers that are not trusted at present, in the order of their first request. */
  list(): readonly string[];
}

interface UntrustedPeersDeps {
  readonly isTrusted: AddressSet;
  /** Called once for each peer. */
  readonly report: (address: string) => void;
}

/**
 * Creates the list. Other addresses are ignored: a proxy nearly always has a private one, and anybody can send these
 * fields.
 */
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

/** RFC 1918, RFC 4193, RFC 6598, loopback and link-local addresses. */
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
