/** A front that forwards to apps by a document of ours, which it fetches again and again. */
export interface FrontPeer {
  readonly address: string;
  /** When it fetched, oldest first; what is long ago is left out. */
  readonly fetchesMs: readonly number[];
  /** Of one that is silent: whether it is still there. */
  readonly isThere: "yes" | "no" | "unknown";
}

/** How far all fronts are with what a document says. `waits.on`: those that have not fetched it, by address. */
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
  const on = counted.filter((_, at) => fetched[at] === undefined).map(({ address }) => address);
  if (on.length > 0) return { kind: "waits", on, untilMs: undefined };
  const untilMs = Math.max(0, ...fetched.map((atMs = 0) => atMs)) + settleMs;
  return counted.length === 0 || untilMs <= nowMs ? DONE : { kind: "waits", on, untilMs };
}

const DONE: RecallProgress = { kind: "done" };

/** Whether a front may still forward by its last document: one that was frozen does, as soon as it goes on. */
export function counts({ fetchesMs, isThere }: FrontPeer, nowMs: number): boolean {
  const silentMs = nowMs - (fetchesMs.at(-1) ?? Number.NEGATIVE_INFINITY);
  if (silentMs <= SILENT_MS || isThere === "yes") return true;
  return isThere === "unknown" && silentMs <= GONE_MS;
}
