import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Pod } from "./api-types.ts";
import { isEnding, isLive, isReady, statusesOf } from "./pod-state.ts";

/** Looks after the pods of workloads that start: their addresses show in no other event that the gateway may watch. */
export interface PodWatch {
  /** Calls `onChange` whenever the pods differ, until `wanted` of them are ready or the workload takes too long. */
  follow(name: string, wanted: number, read: () => Promise<readonly Pod[]>, onChange: () => void): void;
  /** No longer of interest. */
  leave(name: string): void;
  close(): void;
}

/** Quick while a pod may come up any moment, then calmer. */
function pauseMs(elapsedMs: number): number {
  if (elapsedMs < 3_000) return 100;
  return elapsedMs < 20_000 ? 300 : 1_000;
}

const LONGEST_MS = 300_000;

/** Makes a watch that asks for pods only while something starts. */
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

/** The state of a pod that a wake waits for. */
function signatureOf(pod: Pod): string {
  const { metadata, status } = pod;
  const states = statusesOf(pod).map(({ state, restartCount }) => {
    return `${Object.keys(state ?? {})[0]} ${state?.waiting?.reason} ${restartCount}`;
  });
  return [metadata.uid, status?.podIP, isLive(pod), isReady(pod), isEnding(pod), ...states].join(" ");
}

/** An API server that is away for a moment ends nothing. */
function onlyEngineErrors(error: unknown): readonly Pod[] {
  if (error instanceof EngineError) return [];
  throw error;
}
