import { isDeepStrictEqual } from "node:util";
import { reportFault } from "../../core/isolate.ts";
import { EngineError, type OnChange, type OnLink } from "../../lifecycle/ports.ts";
import type { EndpointSlice, Metadata, ScalableObject } from "./api-types.ts";
import type { KubernetesClient } from "./client.ts";
import { type Followed, listAndWatch, type WatchTimes } from "./list-watch.ts";
import { collectionPath, type Place, placeOf, type Resource, RESOURCES } from "./reference.ts";
import type { ScaleBacks } from "./scale-backs.ts";
import { createSliceOwners, podsIn, type SlicePods } from "./slice-owners.ts";
import { factsOf, type WorkloadFacts } from "./workload-facts.ts";

/** A view of the cluster that watches keep up to date, so that reading it costs no call. */
export interface ClusterView {
  /** Returns all workloads with our label or in the configuration. Rejects while the API server is unreachable. */
  all(): Promise<readonly WorkloadFacts[]>;
  get(name: string): WorkloadFacts | undefined;
  /**
   * Returns since when (wall clock) a pod is a ready endpoint of a Service; `undefined` if it is not, or if unknown.
   */
  offeredSinceMs(pod: Place): number | undefined;
  /** Follows one more workload, which does not have our label. */
  include(name: string): void;
  listen(onChange: OnChange, onLink: OnLink, signal: AbortSignal): void;
  /** Reports a change that no watch shows. */
  notify(name: string): void;
  close(): void;
}

interface ClusterViewDeps {
  readonly client: KubernetesClient;
  /** The namespaces to follow; empty: all. */
  readonly namespaces: readonly string[];
  readonly scaleBacks: ScaleBacks;
  readonly times?: WatchTimes;
}

/** Creates the view, which follows Deployments, StatefulSets and EndpointSlices from the first call of `all`. */
export function createClusterView(deps: ClusterViewDeps): ClusterView {
  const { client, namespaces, scaleBacks } = deps;
  const facts = new Map<string, WorkloadFacts>();
  /** StatefulSets with the name of a Deployment. */
  const second = new Map<string, WorkloadFacts>();
  /** The same array while nothing changes, so that the frequent lists cost nothing. */
  let snapshot: readonly WorkloadFacts[] | undefined;
  const included = new Set<string>();
  /** Unwanted workloads of the namespaces that are followed as a whole; they may be included later. */
  const others = new Map<string, WorkloadFacts>();
  const whole = new Set<string>();
  const listeners = new Set<{ readonly onChange: OnChange; readonly onLink: OnLink }>();
  const slices = createSliceOwners((name) => facts.has(name));
  const ended = new AbortController();
  const feeds: Feed[] = [];
  let hasBegun = false;
  let wasLost = false;

  function reportChange(...news: Parameters<OnChange>): void {
    for (const { onChange } of listeners) onChange(...news);
  }

  function link(): void {
    const lost = feeds.find(({ fault }) => fault !== undefined && fault.code !== "forbidden");
    const lacks = feeds.flatMap(({ fault }) => (fault?.code === "forbidden" ? [fault.message] : []));
    const words = lacks.length === 0 ? undefined : [...new Set(lacks)].join("; ");
    for (const { onLink } of listeners) onLink(lost === undefined, words);
    // While one feed is lost nothing is listed, so the last one to return reports a change.
    if (wasLost && lost === undefined) reportChange();
    wasLost = lost !== undefined;
  }

  /** Stores a workload; returns whether anything has changed. */
  function take(now: WorkloadFacts): boolean {
    const { resource } = now;
    const last = facts.get(now.name);
    // If both kinds have this name, it means the Deployment until that is removed.
    if (last !== undefined && last.resource !== resource) {
      second.set(now.name, resource === "deployments" ? last : now);
      if (last.resource === "deployments") return false;
    }
    if (isDeepStrictEqual(last, now)) return false;
    facts.set(now.name, now);
    snapshot = undefined;
    if (last !== undefined && last.replicas !== now.replicas) scaleBacks.note(last.replicas, now);
    return true;
  }

  function drop(resource: Resource, name: string): void {
    const next = second.get(name);
    if (next?.resource === resource) second.delete(name);
    if (facts.get(name)?.resource !== resource) return;
    facts.delete(name);
    snapshot = undefined;
    reportChange(name, { kind: "removed" });
    if (next === undefined) return;
    second.delete(name);
    take(next);
    reportChange(name);
  }

  /**
   * Follows the workloads with our label, or with `isWhole` all of a namespace, for those in the configuration: one
   * watch for each of these would cost a connection each.
   */
  function followWorkloads(resource: Resource, namespace: string | undefined, isWhole: boolean): void {
    let listed = new Set<string>();
    /** Each workload belongs to one of the two watches, so that a removed label does not remove a configured one. */
    const isFollowedHere = (name: string): boolean => included.has(name) === isWhole;
    const see = (item: WorkloadFacts): boolean => {
      if (isFollowedHere(item.name)) return take(item);
      if (isWhole) others.set(keyOf(resource, item.name), item);
      return false;
    };
    const lose = (name: string): void => {
      if (isWhole) others.delete(keyOf(resource, name));
      if (isFollowedHere(name)) drop(resource, name);
    };
    const query = isWhole ? "" : LABELLED;
    run<ScalableObject, WorkloadFacts>(collectionPath("/apis/apps/v1", resource, namespace), query, {
      pick: (object) => factsOf(resource, object),
      onList(items) {
        const now = new Set(items.map(({ name }) => name));
        // Followed by a report without a name, because the pods of awake workloads may have changed too.
        for (const item of items) if (see(item)) reportChange(item.name);
        for (const name of listed.difference(now)) lose(name);
        listed = now;
        reportChange();
      },
      onEvent(type, item) {
        const { name } = item;
        if (type === "DELETED") {
          listed.delete(name);
          lose(name);
          return;
        }
        listed.add(name);
        see(item);
        if (isFollowedHere(name)) reportChange(name); // its status also reflects its pods
      },
    });
  }

  function followSlices(namespace: string | undefined): void {
    const note = (slice: SlicePods, isEvent: boolean): void => {
      for (const name of slices.note(slice, isEvent)) reportChange(name);
    };
    run<EndpointSlice, SlicePods>(collectionPath("/apis/discovery.k8s.io/v1", "endpointslices", namespace), "", {
      pick: podsIn,
      onList(items) {
        for (const slice of items) note(slice, false);
      },
      onEvent: (type, slice) => note(type === "DELETED" ? { ...slice, pods: [], ready: [] } : slice, true),
    });
  }

  function run<T extends { readonly metadata: Metadata }, Kept>(
    path: string,
    query: string,
    handlers: Pick<Followed<T, Kept>, "pick" | "onList" | "onEvent">,
  ): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const feed: Feed = { settled: promise, fault: undefined };
    feeds.push(feed);
    const followed: Followed<T, Kept> = {
      path,
      query,
      pick: handlers.pick,
      onList: guarded(handlers.onList),
      onEvent: guarded(handlers.onEvent),
      onLink(_up, fault) {
        feed.fault = fault;
        resolve();
        link();
      },
    };
    void listAndWatch(client, followed, ended.signal, deps.times);
  }

  function begin(): void {
    if (hasBegun) return;
    hasBegun = true;
    for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
      for (const resource of RESOURCES) followWorkloads(resource, namespace, false);
      followSlices(namespace);
    }
  }

  return {
    async all() {
      begin();
      await Promise.all(feeds.map(({ settled }) => settled));
      const fault = feeds.find((feed) => feed.fault !== undefined && feed.fault.code !== "forbidden")?.fault;
      if (fault !== undefined) throw fault;
      const denied = feeds.flatMap((feed) => feed.fault ?? []);
      const [first] = denied;
      if (first !== undefined && denied.length === feeds.length) throw new EngineError("forbidden", first.message);
      snapshot ??= [...facts.values()];
      return snapshot;
    },
    get: (name) => facts.get(name),
    offeredSinceMs: (pod) => slices.offeredSinceMs(pod),
    include(name) {
      const place = placeOf(name);
      if (place === undefined || included.has(name)) return;
      included.add(name);
      for (const resource of RESOURCES) {
        const known = others.get(keyOf(resource, name));
        if (known !== undefined) take(known);
        others.delete(keyOf(resource, name));
        if (!whole.has(place.namespace)) followWorkloads(resource, place.namespace, true);
      }
      whole.add(place.namespace);
    },
    listen(onChange, onLink, signal) {
      const listener = { onChange, onLink };
      begin();
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
      link();
    },
    notify: (name) => reportChange(name),
    close() {
      ended.abort();
      listeners.clear();
    },
  };
}

interface Feed {
  /** Resolves at the first success or failure. */
  readonly settled: Promise<void>;
  fault: EngineError | undefined;
}

const LABELLED = `labelSelector=${encodeURIComponent("dag.enabled=true")}`;

function keyOf(resource: Resource, name: string): string {
  return `${resource} ${name}`;
}

/** Isolates a fault in the handling of one object from the next ones. */
function guarded<A extends readonly unknown[]>(handle: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      handle(...args);
    } catch (fault) {
      reportFault(fault);
    }
  };
}
