import type { Socket } from "node:net";
import { counts, type FrontPeer, recallProgress, type RecallProgress, SILENT_MS } from "../core/recall.ts";
import type { KnownFronts } from "../lifecycle/direct-fronts.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { plainAddress } from "./poll-connections.ts";
import type { takesConnections } from "./takes-connections.ts";
import { createTraefikPeers, type Peer } from "./traefik-peers.ts";

/** Which Traefiks fetch the document, and when they did. */
export interface TraefikPolls extends KnownFronts {
  /** One has fetched; `userAgent` is what it says of itself. */
  note(socket: Socket, userAgent?: string): void;
  /** Whether all of them go by a document that was made after `sinceMs`, which they need `settleMs` to apply. */
  progress(sinceMs: number, settleMs: number): RecallProgress;
  /** The longest time between two fetches of one of them, as far as it is known. */
  everyMs(): number;
}

/** No Traefik has fetched since the start: one that was there before is waited for like one of which nothing is known. */
const FIRST_FETCH_MS = 60_000;

/**
 * Traefiks are distinguished by their addresses, and those at one address (on one host, behind NAT) by their connections. What
 * fetches from a Traefik's address without being one, such as curl, is no front.
 */
export function createTraefikPolls(deps: { clock: Clock; takesConnections: typeof takesConnections }): TraefikPolls {
  const { clock } = deps;
  const startedMs = clock.now();
  const peers = createTraefikPeers(deps);

  return {
    list: peers.list,
    restore: peers.restore,
    onChange: peers.onChange,
    note(socket, userAgent = TRAEFIK) {
      const isTraefik = userAgent.startsWith(TRAEFIK);
      const peer = peers.note(plainAddress(socket), isTraefik);
      if ((peer.connections !== undefined) !== isTraefik) return;
      peer.connections?.note(socket);
      peers.update(peer);
    },
    everyMs() {
      const now = clock.now();
      return Math.max(0, ...peers.all().flatMap((peer) => (counts(peer, now) ? [peer.everyMs] : [])));
    },
    progress(sinceMs, settleMs) {
      const nowMs = clock.now();
      const all = peers.all();
      // The state file may be older than a Traefik that fetched from a former life of the gateway.
      const untilMs = startedMs + (all.length > 0 ? SILENT_MS : FIRST_FETCH_MS);
      if (nowMs < untilMs) return { kind: "waits", on: [], untilMs };
      return recallProgress(
        all.flatMap((peer) => [peer, ...othersAt(peer, sinceMs)]),
        { sinceMs, nowMs, settleMs },
      );
    },
  };
}

/** Go's own, which Traefik's provider does not replace. */
const TRAEFIK = "Go-http-client";

/** As soon as one at this address has fetched, that does not stand for the others there. */
function othersAt({ fetchesMs, connections }: Peer, sinceMs: number): readonly FrontPeer[] {
  return (fetchesMs.at(-1) ?? 0) > sinceMs ? (connections?.probe(sinceMs) ?? []) : [];
}
