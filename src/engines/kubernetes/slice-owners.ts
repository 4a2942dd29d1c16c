import type { EndpointSlice } from "./api-types.ts";
import { nameOf, type Place } from "./reference.ts";

/**
 * Tells whose pods an EndpointSlice is about, which changes as soon as one of them becomes ready or ends. It names pods; a
 * pod's name begins with that of its workload. Only slices of known workloads are kept.
 */
export interface SliceOwners {
  /** Takes a slice as it is now; returns the workloads of its pods, and of those that it had before. `isEvent`: it became so just now. */
  note(slice: SlicePods, isEvent?: boolean): readonly string[];
  /** Since when (wall clock) a slice offers a pod to everybody; `undefined`: none does, or it was not seen when that began. */
  offeredSinceMs(pod: Place): number | undefined;
}

/** What is kept of a slice. */
export interface SlicePods {
  readonly uid: string;
  readonly namespace: string;
  readonly pods: readonly string[];
  /** Those that it offers to everybody. */
  readonly ready: readonly string[];
}

/** Takes from a slice the names of its pods. */
export function podsIn({ metadata: { uid, namespace }, endpoints }: EndpointSlice): SlicePods {
  const all = endpoints ?? [];
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  return { uid, namespace, pods: all.flatMap(nameIn), ready: ready.flatMap(nameIn) };
}

function nameIn({ targetRef }: NonNullable<EndpointSlice["endpoints"]>[number]): string | readonly [] {
  return targetRef?.name ?? [];
}

/** Makes the memory; `isKnown` says whether there is a workload of this name. */
export function createSliceOwners(isKnown: (name: string) => boolean, now: () => number = Date.now): SliceOwners {
  const owners = new Map<string, ReadonlySet<string>>();
  const offered = new Map<string, ReadonlyMap<string, number | undefined>>();

  function ownersOf({ namespace, pods }: SlicePods): Set<string> {
    const names = pods.flatMap(possibleOwners).map((name) => nameOf({ namespace, name }));
    return new Set(names.filter(isKnown));
  }

  return {
    note(slice, isEvent = false) {
      const { uid, namespace, ready } = slice;
      const [former = new Set<string>(), since] = [owners.get(uid), offered.get(uid)];
      const current = ownersOf(slice);
      if (current.size > 0) {
        owners.set(uid, current);
        const beganMs = isEvent ? now() : undefined;
        const pods = ready.map((name) => nameOf({ namespace, name }));
        offered.set(uid, new Map(pods.map((pod) => [pod, since?.has(pod) ? since.get(pod) : beganMs])));
      } else {
        owners.delete(uid);
        offered.delete(uid);
      }
      return [...former.union(current)];
    },
    offeredSinceMs(pod) {
      const known = [...offered.values()].flatMap((since) => since.get(nameOf(pod)) ?? []);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}

/** Returns whose pod it may be: `web-5d9c7b-x2x9k` is the Deployment `web`'s, `db-0` the StatefulSet `db`'s. */
export function possibleOwners(pod: string): string[] {
  const parts = pod.split("-");
  return [parts.slice(0, -1).join("-"), parts.slice(0, -2).join("-")].filter((name) => name !== "");
}
