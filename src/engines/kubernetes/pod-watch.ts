import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Pod } from "./api-types.ts";
import { isEnding, isLive, isReady, statusesOf } from "./pod-state.ts";

/** Polls the pods of workloads that start, because no event that the gateway may watch shows their addresses. */
export interface PodWatch {
  /** Calls `onChange` whenever the pods have changed, until `wanted` of them are ready or it takes too long. */
  follow(name: string, wanted: number, read: () => Promise<readonly Pod[]>, onChange: () => void): void;
  /** Stops polling the pods of a workload. */
  leave(name: string): void;
  close(): void;
}

/** Returns the pause between polls, which increases with time. */
function pauseMs(elapsedMs: number): number {
  if (elapsedMs < 3_000) return 100;
  return elapsedMs < 20_000 ? 300 : 1_000;
}

const LONGEST_MS = 300_000;

/** Creates a pod watch. It makes no calls while nothing starts. */
export function createPodWatch(): PodWatch {
  const followed = new Map<string, AbortController>();

  async function run(
    signal: AbortSignal,
    wanted: number,
    read: () => Promise<readonly Pod[]>,
    onChange: () => void,
  ): Promise<void> {
    const startedMs = performance.now();
    let last = "";
    for (let elapsedMs = 0; elapsedMs < LONGEST_MS; elapsedMs = performance.now() - startedMs) {
      await sleep(pauseMs(elapsedMs), undefined, { signal });
      const pods = await read().catch(onlyEngineErrors);
      if (signal.aborted) return;
      const now = pods.map(signatureOf).toSorted().join();
      if (now !== last) onChange();
      last = now;
      if (pods.filter((pod) => isReady(pod) && !isEnding(pod)).length >= wanted) return;
    }
  }

  return {
    follow(name, wanted, read, onChange) {
      followed.get(name)?.abort();
      const ended = new AbortController();
      followed.set(name, ended);
      void run(ended.signal, wanted, read, onChange)
        .catch(() => undefined) // aborted
        .finally(() => followed.get(name) === ended && followed.delete(name));
    },
    leave(name) {
      followed.get(name)?.abort();
    },
    close() {
      for (const ended of followed.values()) ended.abort();
    },
  };
}

/** Returns the part of a pod's state that matters to a wake. */
function signatureOf(pod: Pod): string {
  const { metadata, status } = pod;
  const states = statusesOf(pod).map(({ state, restartCount }) => {
    return `${Object.keys(state ?? {})[0]} ${state?.waiting?.reason} ${restartCount}`;
  });
  return [metadata.uid, status?.podIP, isLive(pod), isReady(pod), isEnding(pod), ...states].join(" ");
}

/** Ignores errors of the API server, which may be unreachable for a moment. */
function onlyEngineErrors(error: unknown): readonly Pod[] {
  if (error instanceof EngineError) return [];
  throw error;
}
