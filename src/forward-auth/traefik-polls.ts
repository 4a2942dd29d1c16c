import type { Socket } from "node:net";
import { counts, type FrontPeer, recallProgress, type RecallProgress, SILENT_MS } from "../core/recall.ts";
import type { Clock } from "../lifecycle/ports.ts";
import type { takesConnections } from "./takes-connections.ts";

/** Which Traefiks fetch the document, and when they did. */
export interface TraefikPolls {
  /** One has fetched. */
  note(socket: Socket): void;
  /** Whether all of them go by a document that was made after `sinceMs`, which they need `settleMs` to apply. */
  progress(sinceMs: number, settleMs: number): RecallProgress;
}

interface Peer extends FrontPeer {
  fetchesMs: readonly number[];
  isThere: FrontPeer["isThere"];
  /**
   * Connections that it has not ended: it keeps some, of which any may fetch. We close one that is idle, which a frozen process
   * does not notice.
   */
  readonly sockets: Set<Socket>;
  triedMs: number;
}

const KEPT_MS = 30_000;
const TRY_AGAIN_MS = 5_000;

/** Traefiks are distinguished by their addresses. */
export function createTraefikPolls(deps: { clock: Clock; takesConnections: typeof takesConnections }): TraefikPolls {
  const { clock } = deps;
  const startedMs = clock.now();
  const known = new Map<string, Peer>();

  function note(socket: Socket): void {
    const address = plain(socket.remoteAddress ?? "");
    const now = clock.now();
    const peer = known.get(address) ?? { address, fetchesMs: [], isThere: "unknown", sockets: new Set(), triedMs: 0 };
    known.set(address, peer);
    peer.fetchesMs = [...peer.fetchesMs.filter((atMs) => now - atMs <= KEPT_MS), now];
    peer.isThere = "unknown";
    for (const former of peer.sockets) if (former.destroyed) peer.sockets.delete(former);
    if (peer.sockets.has(socket) || socket.destroyed) return;
    peer.sockets.add(socket);
    const forget = (): void => void peer.sockets.delete(socket);
    socket.once("end", forget);
    socket.once("error", forget);
  }

  function peers(): readonly Peer[] {
    const now = clock.now();
    for (const peer of known.values()) {
      if (!counts(peer, now)) known.delete(peer.address);
      else if (isSilent(peer, now) && now - peer.triedMs >= TRY_AGAIN_MS) void examine(peer);
    }
    return [...known.values()];
  }

  /** A frozen process keeps its connection, and its machine answers; one that has ended keeps neither. */
  async function examine(peer: Peer): Promise<void> {
    peer.triedMs = clock.now();
    const answer = await deps.takesConnections(peer.address);
    if (!isSilent(peer, clock.now())) return;
    const isOpen = [...peer.sockets].some(({ destroyed }) => !destroyed);
    if (answer === "unreachable" || (answer === "refused" && !isOpen)) peer.isThere = "no";
    else peer.isThere = peer.sockets.size > 0 && answer !== "unknown" ? "yes" : "unknown";
  }

  return {
    note,
    progress(sinceMs, settleMs) {
      const nowMs = clock.now();
      // By then each Traefik that fetched from a former life of the gateway, and is still there, has fetched from this one.
      if (nowMs < startedMs + SILENT_MS) {
        return { kind: "waits", on: [], untilMs: startedMs + SILENT_MS };
      }
      return recallProgress(peers(), { sinceMs, nowMs, settleMs });
    },
  };
}

function isSilent({ fetchesMs }: FrontPeer, now: number): boolean {
  return now - (fetchesMs.at(-1) ?? now) > SILENT_MS;
}

/** IPv4 in its own form. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/u, "");
}
