import type { Memory, Store } from "../../src/lifecycle/ports.ts";

export type StoreFault = "none" | "unwritable" | "damaged";

/** A state file that may fail like the real one: without reporting it to its user. */
export interface ModelStore extends Store {
  fault: StoreFault;
}

export function createModelStore(): ModelStore {
  let kept: ReadonlyMap<string, Memory> = new Map();
  const store: ModelStore = {
    fault: "none",
    async load() {
      if (store.fault === "damaged") kept = new Map();
      return kept;
    },
    async save(memories) {
      if (store.fault !== "unwritable") kept = structuredClone(new Map(memories));
    },
  };
  return store;
}
