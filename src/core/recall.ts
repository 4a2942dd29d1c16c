/** A front that forwards to apps by a document of ours, which it fetches again and again. */
export interface FrontPeer {
  /** Its address, and what else tells it from others there. */
  readonly name: string;
  /** When it fetched, oldest first; what is long ago is left out. */
  readonly fetchesMs: readonly number[];
  /** Of one that is silent: whether it is still there. */
  readonly isThere: "yes" | "no" | "unknown";
  /** How often it fetches, as far as that is known; 0: it is not. */
  readonly everyMs: number;
}

/** What is known of the fetches of one that has not fetched yet. */
export const NEVER: Pick<FrontPeer, "fetchesMs" | "everyMs"> = { fetchesMs: [], everyMs: 0 };

/** Adds a fetch to those that are known. */
export function noteFetch({ fetchesMs, everyMs }: typeof NEVER, nowMs: number): typeof NEVER {
  const gapMs = nowMs - (fetchesMs.at(-1) ?? nowMs);
  return {
    fetchesMs: [...fetchesMs.filter((atMs) => nowMs - atMs <= KEPT_MS), nowMs],
    everyMs: gapMs > 0 && (everyMs === 0 || gapMs < everyMs) ? gapMs : everyMs,
  };
}

const KEPT_MS = 30_000;

/** How far all fronts are with what a document says. `waits.on`: the names of those that have not fetched it. */
export type RecallProgress =
  | { readonly kind: "done" }
  | { readonly kind: "waits"; readonly on: readonly string[]; readonly untilMs: number | undefined };

/** A front that has not fetched for so long is silent. */
export const SILENT_MS = 10_000;
/** One that is silent and of which nothing is known counts no more after this time. */
const GONE_MS = 60_000;

/**
 * Whether every front goes by a document that was made after `sinceMs`: each one that counts has fetched one, and has had
 * `settleMs` to apply it.
 */
export function recallProgress(
  peers: readonly FrontPeer[],
  { sinceMs, nowMs, settleMs }: { readonly sinceMs: number; readonly nowMs: number; readonly settleMs: number },
): RecallProgress {
  const counted = peers.filter((peer) => counts(peer, nowMs));
  const fetched = counted.map(({ fetchesMs }) => fetchesMs.find((atMs) => atMs > sinceMs));
  const on = counted.filter((_, at) => fetched[at] === undefined).map(({ name }) => name);
  if (on.length > 0) return { kind: "waits", on, untilMs: undefined };
  const untilMs = Math.max(0, ...fetched.map((atMs = 0) => atMs)) + settleMs;
  return counted.length === 0 || untilMs <= nowMs ? DONE : { kind: "waits", on, untilMs };
}

const DONE: RecallProgress = { kind: "done" };

/** Whether a front may still forward by its last document: one that was frozen does, as soon as it goes on. */
export function counts(peer: FrontPeer, nowMs: number): boolean {
  if (peer.isThere === "yes" || !isSilent(peer, nowMs)) return true;
  return peer.isThere === "unknown" && silentMs(peer, nowMs) <= patience(peer, GONE_MS);
}

/** Whether it has missed its turn. */
export function isSilent(peer: FrontPeer, nowMs: number): boolean {
  return silentMs(peer, nowMs) > patience(peer, SILENT_MS);
}

function silentMs({ fetchesMs }: FrontPeer, nowMs: number): number {
  return nowMs - (fetchesMs.at(-1) ?? Number.NEGATIVE_INFINITY);
}

/** One that fetches seldom is not gone between two fetches. */
function patience({ everyMs }: FrontPeer, usualMs: number): number {
  return Math.max(usualMs, everyMs * 2);
}
