import type { ReachFacts } from "../core/front-reach.ts";
import { refOf, type WorkloadRecord } from "../lifecycle/workload/record.ts";

const AT_ONCE = 16;

/** How containers are reached, as far as it is known; what is not known yet is found out for the next time. */
export function createFrontReaches(): (record: WorkloadRecord) => ReachFacts | undefined {
  const known = new WeakMap<WorkloadRecord, { readonly key: string; readonly facts: ReachFacts | undefined }>();
  const loading = new Set<WorkloadRecord>();

  async function load(record: WorkloadRecord, key: string): Promise<void> {
    loading.add(record);
    try {
      const facts = await record.engine.reachFacts?.(refOf(record));
      known.set(record, { key, facts });
    } catch {
      // Out of reach: the next poll tries again.
    } finally {
      loading.delete(record);
    }
  }

  return (record) => {
    const { id = "", startedAtMs = 0 } = record.observation ?? {};
    const { targetPort = 0 } = refOf(record);
    // A network may have been added since the last start, and another port found.
    const key = `${id} ${startedAtMs} ${targetPort}`;
    const found = known.get(record);
    const isWanted = record.engine.reachFacts !== undefined && id !== "" && found?.key !== key;
    if (isWanted && loading.size < AT_ONCE && !loading.has(record)) void load(record, key);
    return found?.facts;
  };
}
