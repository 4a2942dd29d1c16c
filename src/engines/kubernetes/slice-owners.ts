import type { EndpointSlice } from "./api-types.ts";
import { nameOf } from "./reference.ts";

/**
 * Tells whose pods an EndpointSlice is about, which changes as soon as one of them becomes ready or ends. It names pods; a
 * pod's name begins with that of its workload. Only slices of known workloads are kept.
 */
export interface SliceOwners {
  /** Takes a slice as it is now; returns the workloads of its pods, and of those that it had before. */
  note(slice: SlicePods, isDeleted?: boolean): readonly string[];
}

/** What is kept of a slice. */
export interface SlicePods {
  readonly uid: string;
  readonly namespace: string;
  readonly pods: readonly string[];
}

/** Takes from a slice the names of its pods. */
export function podsIn({ metadata: { uid, namespace }, endpoints }: EndpointSlice): SlicePods {
  return { uid, namespace, pods: (endpoints ?? []).flatMap(({ targetRef }) => targetRef?.name ?? []) };
}

/** Makes the memory; `isKnown` says whether there is a workload of this name. */
export function createSliceOwners(isKnown: (name: string) => boolean): SliceOwners {
  const owners = new Map<string, ReadonlySet<string>>();
  return {
    note({ uid, namespace, pods }, isDeleted = false) {
      const former = owners.get(uid) ?? new Set();
      const now = new Set(
        (isDeleted ? [] : pods)
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
