import { NOTHING_STORED, type Store, type Stored } from "../../src/lifecycle/ports.ts";

export type StoreFault = "none" | "unwritable" | "damaged";

/** A state file that may fail like the real one: without reporting it to its user. */
export interface ModelStore extends Store {
  fault: StoreFault;
}

export function createModelStore(): ModelStore {
  let kept: Stored = NOTHING_STORED;
  const store: ModelStore = {
    fault: "none",
    async load() {
      if (store.fault === "damaged") kept = NOTHING_STORED;
      return kept;
    },
    async save(stored) {
      if (store.fault !== "unwritable") kept = structuredClone(stored);
    },
  };
  return store;
}
