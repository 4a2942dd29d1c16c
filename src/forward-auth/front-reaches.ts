import type { ReachFacts } from "../core/front-reach.ts";
import { numberOf } from "../lifecycle/wake/target-port.ts";
import type { PortRecord } from "../lifecycle/workload/parts/probe.ts";
import { refOf, type WorkloadRecord } from "../lifecycle/workload/record.ts";

const AT_ONCE = 16;

/** How a front reaches the ports of containers, cached. */
export interface FrontReaches {
  /** Returns what is known; `undefined` while unknown, which starts a query. */
  of(record: WorkloadRecord, port?: PortRecord): ReachFacts | undefined;
  /** Returns whether queries are in progress. */
  areLoading(): boolean;
}

/** Creates the cache. */
export function createFrontReaches(): FrontReaches {
  const known = new WeakMap<PortRecord, { readonly key: string; readonly facts: ReachFacts | undefined }>();
  const loading = new Set<PortRecord>();
  const queue: (() => Promise<void>)[] = [];
  let workers = 0;

  async function load(record: WorkloadRecord, port: PortRecord, key: string): Promise<void> {
    try {
      const facts = await record.engine.reachFacts?.({ ...refOf(record), targetPort: numberOf(record, port) });
      known.set(port, { key, facts });
    } catch {
      // Unreachable: the next poll tries again.
    } finally {
      loading.delete(port);
    }
  }

  async function work(): Promise<void> {
    workers += 1;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
    workers -= 1;
  }

  return {
    of(record, port = record) {
      const { id = "", startedAtMs = 0 } = record.observation ?? {};
      // The key changes with each start, which may have another network, and when another port is found.
      const key = `${id} ${startedAtMs} ${numberOf(record, port)}`;
      const found = known.get(port);
      const isWanted = record.engine.reachFacts !== undefined && id !== "" && found?.key !== key;
      if (isWanted && !loading.has(port)) {
        loading.add(port);
        queue.push(() => load(record, port, key));
        if (workers < AT_ONCE) void work();
      }
      return found?.facts;
    },
    areLoading: () => loading.size > 0,
  };
}
