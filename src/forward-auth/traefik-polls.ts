import type { Socket } from "node:net";
import { plainAddress } from "../core/plain-address.ts";
import { counts, type FrontPeer, recallProgress, type RecallProgress, SILENT_MS } from "../core/recall.ts";
import type { KnownFronts } from "../lifecycle/direct-fronts.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { takesConnections } from "./takes-connections.ts";
import { createTraefikPeers, type Peer } from "./traefik-peers.ts";

/** The Traefiks that fetch the document, and when. */
export interface TraefikPolls extends KnownFronts {
  /** Notes a fetch; `userAgent` is the client's User-Agent. */
  note(socket: Socket, userAgent?: string): void;
  /** Returns whether all of them use a document from after `sinceMs`; they need `settleMs` to apply one. */
  progress(sinceMs: number, settleMs: number): RecallProgress;
  /** Returns the longest polling interval of any of them; 0: unknown. */
  everyMs(): number;
}

/** How long after the start the first fetch is awaited, because an unknown Traefik may have an earlier document. */
const FIRST_FETCH_MS = 60_000;

/**
 * Creates the tracker. Traefiks are distinguished by address, and those at one address (on one host, behind NAT) by
 * their connections. Other clients at a Traefik's address, such as curl, are ignored.
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
      const peer = peers.note(plainAddress(socket.remoteAddress ?? ""), isTraefik);
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
      // The state file may lack a Traefik that fetched shortly before the restart.
      const untilMs = startedMs + (all.length > 0 ? SILENT_MS : FIRST_FETCH_MS);
      if (nowMs < untilMs) return { kind: "waits", on: [], untilMs };
      return recallProgress(
        all.flatMap((peer) => [peer, ...othersAt(peer, sinceMs)]),
        { sinceMs, nowMs, settleMs },
      );
    },
  };
}

/** The User-Agent of Traefik's provider, which is Go's default. */
const TRAEFIK = "Go-http-client";

/** Returns the other Traefiks at an address, for which the fetch of one of them proves nothing. */
function othersAt({ fetchesMs, connections }: Peer, sinceMs: number): readonly FrontPeer[] {
  return (fetchesMs.at(-1) ?? 0) > sinceMs ? (connections?.probe(sinceMs) ?? []) : [];
}
