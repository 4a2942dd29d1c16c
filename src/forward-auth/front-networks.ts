import type { ReachFrom } from "../core/front-reach.ts";
import type { Clock, Engine } from "../lifecycle/ports.ts";

/** How long a result is used: a running container can be connected to another network. */
const FRESH_MS = 20_000;
const MOST_KNOWN = 64;

interface Known {
  readonly networks: ReadonlySet<string> | undefined;
  readonly atMs: number;
}

/** The networks of the containers in which fronts run, cached. */
export interface FrontNetworks {
  /** Adds the networks of the front's container, if the engine knows it; `undefined` while they are being queried. */
  addTo(from: ReachFrom, engine: Engine): ReachFrom | undefined;
  /** Returns whether queries are in progress. */
  areLoading(): boolean;
}

/** Creates the cache. */
export function createFrontNetworks(clock: Clock): FrontNetworks {
  const byEngine = new WeakMap<Engine, Map<string, Known>>();
  const loading = new Set<string>();

  async function load(engine: Engine, known: Map<string, Known>, address: string): Promise<void> {
    const key = `${engine.id} ${address}`;
    if (loading.has(key)) return;
    loading.add(key);
    try {
      const networks = await engine.networksAt?.(address);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(address, { networks, atMs: clock.now() });
    } catch {
      // Unreachable: the next poll tries again.
    } finally {
      loading.delete(key);
    }
  }

  return {
    addTo(from, engine) {
      if (from.isHere || engine.networksAt === undefined) return from;
      const known = byEngine.get(engine) ?? new Map<string, Known>();
      byEngine.set(engine, known);
      const found = known.get(from.address);
      if (found === undefined || clock.now() - found.atMs > FRESH_MS) void load(engine, known, from.address);
      return found && { ...from, networks: found.networks };
    },
    areLoading: () => loading.size > 0,
  };
}
