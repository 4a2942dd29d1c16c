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

/** A front that forwards by a document of ours, as a later life of the gateway must know it. */
export interface KnownFront {
  readonly address: string;
  /** How often it fetches, in milliseconds; 0: that is not known. */
  readonly everyMs: number;
  /** How many there are at this address. */
  readonly count: number;
}

/** What is known of the fetches of one that has not fetched yet. */
export const NEVER: Pick<FrontPeer, "fetchesMs" | "everyMs"> = { fetchesMs: [], everyMs: 0 };

/** Adds a fetch to those that are known. */
export function noteFetch({ fetchesMs: former }: typeof NEVER, nowMs: number): typeof NEVER {
  const fetchesMs = [...former.filter((atMs, at) => nowMs - atMs <= KEPT_MS || at >= former.length - KEPT), nowMs];
  return { fetchesMs, everyMs: usualGap(fetchesMs.slice(-KEPT)) };
}

const KEPT_MS = 30_000;
const KEPT = 6;

/** The median: after an outage Traefik fetches once late, and then twice at once. */
function usualGap(fetchesMs: readonly number[]): number {
  const gapsMs = fetchesMs.slice(1).map((atMs, at) => atMs - (fetchesMs[at] ?? atMs));
  return gapsMs.toSorted((a, b) => a - b)[Math.floor(gapsMs.length / 2)] ?? 0;
}

/**
 * How many fronts fetch at one address, if each of them does so every `everyMs`; `undefined` until they have been seen for so
 * long that a fetch which one of them repeats at once does not matter.
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
