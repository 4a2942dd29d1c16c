import type { Socket } from "node:net";
import {
  counts,
  type FrontPeer,
  isSilent,
  NEVER,
  noteFetch,
  recallProgress,
  type RecallProgress,
  SILENT_MS,
} from "../core/recall.ts";
import type { Clock } from "../lifecycle/ports.ts";
import { createPollConnections, plainAddress, type PollConnections } from "./poll-connections.ts";
import type { takesConnections } from "./takes-connections.ts";

/** Which Traefiks fetch the document, and when they did. */
export interface TraefikPolls {
  /** One has fetched; `userAgent` is what it says of itself. */
  note(socket: Socket, userAgent?: string): void;
  /** Whether all of them go by a document that was made after `sinceMs`, which they need `settleMs` to apply. */
  progress(sinceMs: number, settleMs: number): RecallProgress;
  /** The longest time between two fetches of one of them, as far as it is known. */
  everyMs(): number;
}

interface Peer extends FrontPeer {
  isThere: FrontPeer["isThere"];
  /** Absent: something else than Traefik. */
  readonly connections: PollConnections | undefined;
  triedMs: number;
}

const TRY_AGAIN_MS = 5_000;
/** No Traefik has fetched since the start: one that was there before is waited for like one of which nothing is known. */
const FIRST_FETCH_MS = 60_000;

/**
 * Traefiks are distinguished by their addresses, and those at one address (on one host, behind NAT) by their connections. What
 * fetches from a Traefik's address without being one, such as curl, is no front.
 */
export function createTraefikPolls(deps: { clock: Clock; takesConnections: typeof takesConnections }): TraefikPolls {
  const { clock } = deps;
  const startedMs = clock.now();
  const known = new Map<string, Peer>();

  function note(socket: Socket, userAgent = TRAEFIK): void {
    const isTraefik = userAgent.startsWith(TRAEFIK);
    const name = plainAddress(socket);
    const former = known.get(name);
    if (!isTraefik && former?.connections !== undefined) return;
    const isSame = former !== undefined && (former.connections !== undefined) === isTraefik;
    const peer = isSame ? former : createPeer(name, isTraefik ? createPollConnections(clock) : undefined);
    known.set(name, peer);
    Object.assign(peer, noteFetch(peer, clock.now()), { isThere: "unknown" });
    peer.connections?.note(socket);
  }

  function peers(): readonly Peer[] {
    const now = clock.now();
    for (const peer of known.values()) {
      if (peer.connections?.areOpen() === true) peer.isThere = "yes";
      else if (peer.isThere === "yes") peer.isThere = "unknown";
      const isDue = isSilent(peer, now) && counts(peer, now) && now - peer.triedMs >= TRY_AGAIN_MS;
      if (isDue) void examine(peer);
    }
    return [...known.values()];
  }

  /** Whether one that has ended its connections is gone: else it may be about to open another one. */
  async function examine(peer: Peer): Promise<void> {
    peer.triedMs = clock.now();
    const answer = await deps.takesConnections(peer.name);
    if (!isSilent(peer, clock.now()) || peer.connections?.areOpen() === true) return;
    peer.isThere = answer === "refused" || answer === "unreachable" ? "no" : "unknown";
  }

  return {
    note,
    everyMs() {
      const now = clock.now();
      return Math.max(0, ...peers().flatMap((peer) => (counts(peer, now) ? [peer.everyMs] : [])));
    },
    progress(sinceMs, settleMs) {
      const nowMs = clock.now();
      // By then each Traefik that fetched from a former life of the gateway, and is still there, has fetched from this one.
      const untilMs = startedMs + (known.size > 0 ? SILENT_MS : FIRST_FETCH_MS);
      if (nowMs < untilMs) return { kind: "waits", on: [], untilMs };
      const all = peers().flatMap((peer) => [peer, ...othersAt(peer, sinceMs)]);
      return recallProgress(all, { sinceMs, nowMs, settleMs });
    },
  };

  /** As soon as one at this address has fetched, that does not stand for the others there. */
  function othersAt({ fetchesMs, connections }: Peer, sinceMs: number): readonly FrontPeer[] {
    return (fetchesMs.at(-1) ?? 0) > sinceMs ? (connections?.probe(sinceMs) ?? []) : [];
  }
}

/** Go's own, which Traefik's provider does not replace. */
const TRAEFIK = "Go-http-client";

function createPeer(name: string, connections: PollConnections | undefined): Peer {
  return { name, ...NEVER, isThere: "unknown", connections, triedMs: 0 };
}
