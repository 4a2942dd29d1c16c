/** A front that forwards to apps directly according to our provider document, which it polls. */
export interface FrontPeer {
  /** Its address, and what distinguishes it from others at this address. */
  readonly name: string;
  /** The times of its recent fetches, oldest first. */
  readonly fetchesMs: readonly number[];
  /** Whether a silent front still exists. */
  readonly isThere: "yes" | "no" | "unknown";
  /** Its polling interval; 0: not known yet. */
  readonly everyMs: number;
}

/** What a restarted gateway must know about a front that forwards directly. */
export interface KnownFront {
  readonly address: string;
  /** Its polling interval; 0: unknown. */
  readonly everyMs: number;
  /** The number of fronts at this address. */
  readonly count: number;
}

/** The fetches of a front that has not fetched yet. */
export const NO_FETCHES: Pick<FrontPeer, "fetchesMs" | "everyMs"> = { fetchesMs: [], everyMs: 0 };

/** Adds a fetch, and drops old ones. */
export function noteFetch({ fetchesMs: former }: typeof NO_FETCHES, nowMs: number): typeof NO_FETCHES {
  const fetchesMs = [...former.filter((atMs, at) => nowMs - atMs <= KEPT_MS || at >= former.length - KEPT), nowMs];
  return { fetchesMs, everyMs: usualGap(fetchesMs.slice(-KEPT)) };
}

const KEPT_MS = 30_000;
const KEPT = 6;

/** The median, because after an outage Traefik fetches once late, and then twice in quick succession. */
function usualGap(fetchesMs: readonly number[]): number {
  const gapsMs = fetchesMs.slice(1).map((atMs, at) => atMs - (fetchesMs[at] ?? atMs));
  return gapsMs.toSorted((a, b) => a - b)[Math.floor(gapsMs.length / 2)] ?? 0;
}

/**
 * Estimates how many fronts fetch from one address, if each polls every `everyMs`; `undefined` until there are enough
 * fetches that a single repeated one does not change the result.
 */
export function countFronts(fetchesMs: readonly number[], everyMs: number): number | undefined {
  const lastMs = fetchesMs.at(-1) ?? 0;
  const counted = fetchesMs.filter((atMs) => lastMs - atMs <= everyMs * MOST_TURNS);
  const spanMs = lastMs - (counted[0] ?? lastMs);
  if (everyMs <= 0 || spanMs < everyMs * FEWEST_TURNS) return undefined;
  return Math.max(1, Math.round(((counted.length - 1) * everyMs) / spanMs));
}

const FEWEST_TURNS = 6;
const MOST_TURNS = 8;

/** Whether all fronts have applied a document. `waits.on`: the names of those that have not fetched it yet. */
export type RecallProgress =
  | { readonly kind: "done" }
  | { readonly kind: "waits"; readonly on: readonly string[]; readonly untilMs: number | undefined };

/** A front is silent if it has not fetched for this long. */
export const SILENT_MS = 10_000;
/** A silent front of which it is unknown whether it exists is ignored after this time. */
const GONE_MS = 60_000;

/**
 * Returns whether every front uses a document from after `sinceMs`: each front that counts has fetched one, and has had
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

/** Returns whether a front may still forward by its last document; a frozen one does so as soon as it continues. */
export function counts(peer: FrontPeer, nowMs: number): boolean {
  if (peer.isThere === "yes" || !isSilent(peer, nowMs)) return true;
  return peer.isThere === "unknown" && silentMs(peer, nowMs) <= patience(peer, GONE_MS);
}

/** Returns whether a front has missed a poll. */
export function isSilent(peer: FrontPeer, nowMs: number): boolean {
  return silentMs(peer, nowMs) > patience(peer, SILENT_MS);
}

function silentMs({ fetchesMs }: FrontPeer, nowMs: number): number {
  return nowMs - (fetchesMs.at(-1) ?? Number.NEGATIVE_INFINITY);
}

/** A long polling interval must not look like silence. */
function patience({ everyMs }: FrontPeer, usualMs: number): number {
  return Math.max(usualMs, everyMs * 2);
}
