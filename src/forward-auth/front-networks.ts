import type { ReachFrom } from "../core/front-reach.ts";
import type { Clock, Engine } from "../lifecycle/ports.ts";

/** A network may be connected to a container while it runs. */
const FRESH_MS = 20_000;
const MOST_KNOWN = 64;

interface Known {
  readonly networks: ReadonlySet<string> | undefined;
  readonly atMs: number;
}

/**
 * Adds the networks of the front's own container, as one engine knows it, to where the front is; `undefined`: that is still being
 * found out, for the next time.
 */
export function createFrontNetworks(clock: Clock): (from: ReachFrom, engine: Engine) => ReachFrom | undefined {
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
      // Out of reach: the next poll tries again.
    } finally {
      loading.delete(key);
    }
  }

  return (from, engine) => {
    if (from.isHere || engine.networksAt === undefined) return from;
    const known = byEngine.get(engine) ?? new Map<string, Known>();
    byEngine.set(engine, known);
    const found = known.get(from.address);
    if (found === undefined || clock.now() - found.atMs > FRESH_MS) void load(engine, known, from.address);
    return found && { ...from, networks: found.networks };
  };
}
