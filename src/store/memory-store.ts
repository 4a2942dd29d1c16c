import { NOTHING_STORED, type Store, type Stored } from "../lifecycle/ports.ts";

/** Creates a store that keeps nothing across a restart, for `state_file: ""`. */
export function createMemoryStore(): Store {
  let kept: Stored = NOTHING_STORED;
  return {
    load: () => Promise.resolve(kept),
    save: ({ memories, fronts }) => {
      kept = { memories: new Map(memories), fronts };
      return Promise.resolve();
    },
  };
}
