import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { List, Metadata, Status } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";

/** A kind of object to follow. */
export interface Followed<T, Kept> {
  /** The path, such as `/apis/apps/v1/deployments`. */
  readonly path: string;
  /** A part of the query, such as `labelSelector=…`, encoded. */
  readonly query: string;
  /** Returns the part of an object that is kept; thousands of whole objects would take tens of megabytes. */
  readonly pick: (object: T) => Kept;
  /** Called with all objects after each list. */
  readonly onList: (items: readonly Kept[]) => void;
  readonly onEvent: (type: "ADDED" | "MODIFIED" | "DELETED", item: Kept) => void;
  /** Called after each success or failure, with the fault; not only at changes. */
  readonly onLink: (up: boolean, fault?: EngineError) => void;
}

/** The times of a watch, which tests shorten. */
export interface WatchTimes {
  /** After how long without a byte a watch counts as dead; the API server sends a bookmark each minute. */
  readonly silenceMs: number;
  /** After how long everything is listed again, even if no event seems to be missed. */
  readonly relistMs: number;
  readonly firstPauseMs: number;
  /** For how long the denial of a permission that existed is attributed to an API server that has just started. */
  readonly doubtMs: number;
}

export const WATCH_TIMES: WatchTimes = { silenceMs: 90_000, relistMs: 600_000, firstPauseMs: 100, doubtMs: 3_000 };

/** The size of a page, which is parsed as a whole; ten thousand objects take a hundred calls every ten minutes. */
const PAGE = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Lists, then watches from there until `signal` aborts. Lists again if the version is too old (410, as a status or an
 * event), after a watch that was cut or ended without a bookmark, and every few minutes, because a watch from a version
 * that is ahead of the server (etcd restored from a backup) stays silent.
 */
export async function listAndWatch<T extends { readonly metadata: Metadata }, Kept>(
  client: KubernetesClient,
  followed: Followed<T, Kept>,
  signal: AbortSignal,
  times: WatchTimes = WATCH_TIMES,
): Promise<void> {
  let version: string | undefined;
  let listedAtMs = 0;
  const doubts = doubtDenials(times.doubtMs);
  for (let failures = 0; !signal.aborted;) {
    try {
      if (version === undefined || performance.now() - listedAtMs >= times.relistMs) {
        const listed = await listAll(client, followed);
        if (signal.aborted) return;
        doubts.allowed();
        listedAtMs = performance.now();
        version = listed.version;
        followed.onList(listed.items);
      }
      followed.onLink(true);
      const [startedAtMs, from] = [performance.now(), version];
      version = await watchFrom(client, followed, { version, silenceMs: times.silenceMs }, signal);
      const hasNews = version !== undefined && version !== from;
      failures = !hasNews && performance.now() - startedAtMs < MIN_WATCH_MS ? failures + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      version = undefined;
      failures += 1;
      followed.onLink(false, doubts.faultOf(error));
    }
    if (failures > 0) await pause(failures, times, signal);
  }
}

/**
 * Treats a new denial as a loss of the API server for a while: after a restart it answers before it has loaded its
 * roles, and the denial may be the only sign of the restart.
 */
function doubtDenials(doubtMs: number): { allowed(): void; faultOf(error: unknown): EngineError } {
  let wasAllowed = false;
  let deniedAtMs: number | undefined;
  return {
    allowed() {
      wasAllowed = true;
      deniedAtMs = undefined;
    },
    faultOf(error) {
      const fault = error instanceof EngineError ? error : new EngineError("unreachable", String(error));
      if (!wasAllowed || fault.code !== "forbidden") return fault;
      deniedAtMs ??= performance.now();
      if (performance.now() - deniedAtMs < doubtMs) return new EngineError("unreachable", fault.message);
      wasAllowed = false;
      return fault;
    },
  };
}

/** A watch that ends sooner than this without events is not opened again at once. */
const MIN_WATCH_MS = 1_000;

/** Has jitter, so that several gateways do not return at the same time. */
function pause(failures: number, { firstPauseMs }: WatchTimes, signal: AbortSignal): Promise<void> {
  const ms = Math.min(firstPauseMs * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function listAll<T, Kept>(
  client: KubernetesClient,
  { path, query, pick }: Followed<T, Kept>,
): Promise<{ readonly items: Kept[]; readonly version: string }> {
  const items: Kept[] = [];
  for (let next = ""; ;) {
    const rest = next === "" ? "" : `&continue=${encodeURIComponent(next)}`;
    const page = await client.get<List<T>>(`${path}?${query}&limit=${PAGE}${rest}`);
    items.push(...(page.items ?? []).map(pick));
    next = page.metadata.continue ?? "";
    if (next === "") return { items, version: page.metadata.resourceVersion };
  }
}

/** Watches; returns the version from which the next watch can continue, or `undefined` if a new list is necessary. */
async function watchFrom<T extends { readonly metadata: Metadata }, Kept>(
  client: KubernetesClient,
  { path, query, pick, onEvent }: Followed<T, Kept>,
  { version: from, silenceMs }: { readonly version: string; readonly silenceMs: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const seconds = 240 + Math.floor(Math.random() * 240);
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const place = `${path}?${query}&watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${from}`;
  const stream = await client.stream(place, both);
  const silence = setTimeout(() => ended.abort(), silenceMs);
  let version = from;
  let hasBookmark = false;
  try {
    for await (const line of linesOf(stream, () => silence.refresh())) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      if (type === "ERROR") return undefined;
      version = object.metadata.resourceVersion;
      if (type === "BOOKMARK") hasBookmark = true;
      else onEvent(type, pick(object));
    }
    return hasBookmark ? version : undefined;
  } catch (error) {
    // Cut, or silent for too long: a new list shows what was missed.
    if (signal.aborted || error instanceof SyntaxError || isBroken(error)) return undefined;
    throw error;
  } finally {
    clearTimeout(silence);
    stream.destroy();
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Error && ("code" in error || error.name === "AbortError");
}

type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: T }
  | { readonly type: "ERROR"; readonly object: Status & { readonly metadata: Metadata } };

async function* linesOf(stream: IncomingMessage, onBytes: () => void): AsyncGenerator<string> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream as AsyncIterable<string>) {
    onBytes();
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield line;
  }
}
