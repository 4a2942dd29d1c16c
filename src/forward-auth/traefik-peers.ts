import { countFronts, counts, type FrontPeer, isSilent, type KnownFront, NEVER, noteFetch } from "../core/recall.ts";
import type { KnownFronts } from "../lifecycle/direct-fronts.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { createPollConnections, type PollConnections } from "./poll-connections.ts";
import type { Presence, takesConnections } from "./takes-connections.ts";

/** What fetches from one address, or did so from a former life of the gateway. */
export interface Peer extends FrontPeer {
  readonly address: string;
  isThere: FrontPeer["isThere"];
  /** By its address; that its connections are open shows it as well. */
  presence: FrontPeer["isThere"];
  /** Absent: something else than Traefik. */
  readonly connections: PollConnections | undefined;
  triedMs: number;
  /** How many Traefiks fetch from its address. */
  count: number;
  /** A former life of the gateway knew it, and it has not fetched since. */
  isRestored: boolean;
}

/** Those that fetch, by their addresses. */
export interface TraefikPeers extends KnownFronts {
  /** Returns what fetches from this address; where a Traefik does, that one is returned for anything else as well. */
  note(address: string, isTraefik: boolean): Peer;
  /** One has fetched, by a connection that `connections` knows. */
  update(peer: Peer): void;
  /** All, those that have not come back after a restart included. What is silent is examined now and then. */
  all(): readonly Peer[];
}

const TRY_AGAIN_MS = 5_000;

interface PeersDeps {
  readonly clock: Clock;
  readonly takesConnections: typeof takesConnections;
}

export function createTraefikPeers(deps: PeersDeps): TraefikPeers {
  const { clock } = deps;
  const known = new Map<string, Peer>();
  /** Stand for the others that a former life knew at an address, while fewer fetch. */
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
      // One that is frozen still counts: its connection stays open.
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

/** Whether one that has ended its connections is gone: else it may be about to open another one. */
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
    ...NEVER,
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

/** While the gateway was away it could not fetch, so that it counts as if it had done so just now. */
function createRestored({ address, everyMs, count }: KnownFront, connections: PollConnections, nowMs: number): Peer {
  return { ...createPeer(address, connections), fetchesMs: [nowMs], everyMs, count, isRestored: true };
}

/**
 * Where connections are refused, one that has ended its own is gone. Of one that did so in a former life nobody has seen that it
 * did, and it may listen at any other port.
 */
function presenceOf(presence: Presence, { isRestored }: Peer): FrontPeer["isThere"] {
  if (presence === "mute") return "yes";
  return presence === "unreachable" || (presence === "refused" && !isRestored) ? "no" : "unknown";
}
