import {
  countFronts,
  counts,
  type FrontPeer,
  isSilent,
  type KnownFront,
  NO_FETCHES,
  noteFetch,
} from "../core/recall.ts";
import type { KnownFronts } from "../lifecycle/direct-fronts.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { createPollConnections, type PollConnections } from "./poll-connections.ts";
import type { Presence, takesConnections } from "./takes-connections.ts";

/** A client that fetches from one address, or did so before a restart of the gateway. */
export interface Peer extends FrontPeer {
  readonly address: string;
  isThere: FrontPeer["isThere"];
  /** Whether it still exists, according to its address; open connections show that as well. */
  presence: FrontPeer["isThere"];
  /** Absent: it is not a Traefik. */
  readonly connections: PollConnections | undefined;
  triedMs: number;
  /** The number of Traefiks that fetch from its address. */
  count: number;
  /** It was known before a restart of the gateway, and has not fetched since. */
  isRestored: boolean;
}

/** All clients that fetch, by address. */
export interface TraefikPeers extends KnownFronts {
  /** Returns the peer at this address; if a Traefik fetches there, that one for all other clients too. */
  note(address: string, isTraefik: boolean): Peer;
  /** Updates a peer after a fetch that `connections` has noted. */
  update(peer: Peer): void;
  /** Returns all peers, including those that have not fetched since a restart; examines silent ones at intervals. */
  all(): readonly Peer[];
}

const TRY_AGAIN_MS = 5_000;

interface PeersDeps {
  readonly clock: Clock;
  readonly takesConnections: typeof takesConnections;
}

/** Creates the peers. */
export function createTraefikPeers(deps: PeersDeps): TraefikPeers {
  const { clock } = deps;
  const known = new Map<string, Peer>();
  /** Represent further peers at an address that were known before a restart, while fewer of them fetch. */
  const missing = new Map<string, Peer>();
  let changed = (): void => {};

  return {
    note(address, isTraefik) {
      const former = known.get(address);
      if (!isTraefik && former?.connections !== undefined) return former;
      const isSame = former !== undefined && (former.connections !== undefined) === isTraefik && !former.isRestored;
      if (isSame) return former;
      const peer = createPeer(address, isTraefik ? createPollConnections(clock) : undefined);
      known.set(address, peer);
      changed();
      return peer;
    },
    update(peer) {
      const { address, connections } = peer;
      const everyMs = connections?.everyMs() ?? 0;
      Object.assign(peer, noteFetch(peer, clock.now()), everyMs > 0 && { everyMs }, { presence: "unknown" });
      const found = countFronts(peer.fetchesMs, everyMs);
      if (found === undefined) return;
      if (found >= (missing.get(address)?.count ?? 0)) missing.delete(address);
      // A frozen Traefik still counts, because its connection stays open.
      if (found === peer.count || (found < peer.count && connections?.areLate())) return;
      peer.count = found;
      changed();
    },
    all() {
      const all = [...known.values(), ...missing.values()];
      for (const peer of all) examineIfDue(deps, peer);
      return all;
    },
    list() {
      const now = clock.now();
      return [...known.values()]
        .filter((peer) => peer.connections !== undefined && counts(peer, now))
        .map(({ address, everyMs, count }) => ({
          address,
          everyMs: Math.round(everyMs),
          count: Math.max(count, missing.get(address)?.count ?? 0),
        }));
    },
    restore(list) {
      for (const front of list) {
        const peer = createRestored(front, createPollConnections(clock), clock.now());
        known.set(front.address, peer);
        const name = `${front.address} (one of ${front.count})`;
        if (front.count > 1) missing.set(front.address, { ...peer, name, connections: undefined });
      }
    },
    onChange(then) {
      changed = then;
    },
  };
}

/** Examines whether a peer without connections still exists and may open a new one. */
function examineIfDue({ clock, takesConnections: examine }: PeersDeps, peer: Peer): void {
  const now = clock.now();
  peer.isThere = peer.connections?.areOpen() ? "yes" : peer.presence;
  if (!isSilent(peer, now) || !counts(peer, now) || now - peer.triedMs < TRY_AGAIN_MS) return;
  peer.triedMs = now;
  void examine(peer.address).then((presence) => {
    if (isSilent(peer, clock.now())) peer.presence = presenceOf(presence, peer);
  });
}

function createPeer(address: string, connections: PollConnections | undefined): Peer {
  return {
    ...NO_FETCHES,
    name: address,
    address,
    isThere: "unknown",
    presence: "unknown",
    connections,
    triedMs: 0,
    count: 1,
    isRestored: false,
  };
}

/** Creates a restored peer, which counts as if it had just fetched, since it could not while the gateway was down. */
function createRestored({ address, everyMs, count }: KnownFront, connections: PollConnections, nowMs: number): Peer {
  return { ...createPeer(address, connections), fetchesMs: [nowMs], everyMs, count, isRestored: true };
}

/**
 * Interprets an examination. If connections are refused, a peer that has closed its own is gone; a restored peer may
 * only listen on other ports.
 */
function presenceOf(presence: Presence, { isRestored }: Peer): FrontPeer["isThere"] {
  if (presence === "mute") return "yes";
  return presence === "unreachable" || (presence === "refused" && !isRestored) ? "no" : "unknown";
}
