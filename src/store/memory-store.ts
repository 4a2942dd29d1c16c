import type { Memory, Store } from "../lifecycle/ports.ts";

/** Keeps nothing across a restart: for `state_file: ""`. */
export function createMemoryStore(): Store {
  let kept: ReadonlyMap<string, Memory> = new Map();
  return {
    load: () => Promise.resolve(kept),
    save: (memories) => {
      kept = new Map(memories);
      return Promise.resolve();
    },
  };
}
