import type { EndpointSlice } from "./api-types.ts";
import { nameOf } from "./reference.ts";

/**
 * Tells whose pods an EndpointSlice is about, which changes as soon as one of them becomes ready or ends. It names pods; a
 * pod's name begins with that of its workload. Only slices of known workloads are kept.
 */
export interface SliceOwners {
  /** Takes a slice as it is now; returns the workloads of its pods, and of those that it had before. */
  note(slice: EndpointSlice, isDeleted?: boolean): readonly string[];
}

/** Makes the memory; `isKnown` says whether there is a workload of this name. */
export function createSliceOwners(isKnown: (name: string) => boolean): SliceOwners {
  const owners = new Map<string, ReadonlySet<string>>();
  return {
    note(slice, isDeleted = false) {
      const { uid, namespace } = slice.metadata;
      const former = owners.get(uid) ?? new Set();
      const pods = isDeleted ? [] : (slice.endpoints ?? []).flatMap(({ targetRef }) => targetRef?.name ?? []);
      const now = new Set(
        pods
          .flatMap(possibleOwners)
          .map((name) => nameOf({ namespace, name }))
          .filter(isKnown),
      );
      if (now.size > 0) owners.set(uid, now);
      else owners.delete(uid);
      return [...former.union(now)];
    },
  };
}

/** Returns whose pod it may be: `web-5d9c7b-x2x9k` is the Deployment `web`'s, `db-0` the StatefulSet `db`'s. */
export function possibleOwners(pod: string): string[] {
  const parts = pod.split("-");
  return [parts.slice(0, -1).join("-"), parts.slice(0, -2).join("-")].filter((name) => name !== "");
}
