import type { ReachFacts } from "../core/front-reach.ts";
import { numberOf } from "../lifecycle/wake/target-port.ts";
import type { PortRecord } from "../lifecycle/workload/parts/probe.ts";
import { refOf, type WorkloadRecord } from "../lifecycle/workload/record.ts";

const AT_ONCE = 16;

/**
 * Returns how a front reaches a port of a container; `undefined` while unknown, which starts a query for the next call.
 */
export type ReachOf = (record: WorkloadRecord, port?: PortRecord) => ReachFacts | undefined;

/** Creates the cached query. */
export function createFrontReaches(): ReachOf {
  const known = new WeakMap<PortRecord, { readonly key: string; readonly facts: ReachFacts | undefined }>();
  const loading = new Set<PortRecord>();

  async function load(record: WorkloadRecord, port: PortRecord, key: string): Promise<void> {
    loading.add(port);
    try {
      const facts = await record.engine.reachFacts?.({ ...refOf(record), targetPort: numberOf(record, port) });
      known.set(port, { key, facts });
    } catch {
      // Unreachable: the next poll tries again.
    } finally {
      loading.delete(port);
    }
  }

  return (record, port = record) => {
    const { id = "", startedAtMs = 0 } = record.observation ?? {};
    // The key changes with each start, which may have another network, and when another port is found.
    const key = `${id} ${startedAtMs} ${numberOf(record, port)}`;
    const found = known.get(port);
    const isWanted = record.engine.reachFacts !== undefined && id !== "" && found?.key !== key;
    if (isWanted && loading.size < AT_ONCE && !loading.has(port)) void load(record, port, key);
    return found?.facts;
  };
}
