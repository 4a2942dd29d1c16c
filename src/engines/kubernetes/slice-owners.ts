import type { EndpointSlice } from "./api-types.ts";
import { nameOf, type Place } from "./reference.ts";

/**
 * Maps EndpointSlices to workloads. A slice changes as soon as one of its pods becomes ready or ends; it contains the
 * names of pods, which begin with the name of their workload. Only slices of known workloads are kept.
 */
export interface SliceOwners {
  /** Stores a slice; returns the workloads of its present and former pods. `isEvent`: it has changed just now. */
  note(slice: SlicePods, isEvent?: boolean): readonly string[];
  /**
   * Returns since when (wall clock) a slice has this pod as a ready endpoint; `undefined` if none has, or that is
   * unknown.
   */
  offeredSinceMs(pod: Place): number | undefined;
}

/** The part of a slice that is kept. */
export interface SlicePods {
  readonly uid: string;
  readonly namespace: string;
  readonly pods: readonly string[];
  /** The pods that are ready endpoints. */
  readonly ready: readonly string[];
}

/** Returns the names of a slice's pods. */
export function podsIn({ metadata: { uid, namespace }, endpoints }: EndpointSlice): SlicePods {
  const all = endpoints ?? [];
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  return { uid, namespace, pods: all.flatMap(nameIn), ready: ready.flatMap(nameIn) };
}

function nameIn({ targetRef }: NonNullable<EndpointSlice["endpoints"]>[number]): string | readonly [] {
  return targetRef?.name ?? [];
}

/** Creates the map; `isKnown` returns whether there is a workload with this name. */
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

/** Returns the workloads that may own a pod: `web-5d9c7b-x2x9k` the Deployment `web`, `db-0` the StatefulSet `db`. */
export function possibleOwners(pod: string): string[] {
  const parts = pod.split("-");
  return [parts.slice(0, -1).join("-"), parts.slice(0, -2).join("-")].filter((name) => name !== "");
}
