/** Who needs whom: a name → the names that it needs. A name that only others mention needs nothing. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Finds cycles, each as `[a, b, a]`. Without the last step of every one found, the graph has none left.
 * Deterministic: follows the order of the map and of its lists.
 */
export function findCycles(graph: DependencyGraph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const root of graph.keys()) {
    if (done.has(root)) continue;
    // An explicit stack: a chain of any length must not exhaust the engine's.
    const way: Step[] = [{ name: root, next: 0 }];
    const position = new Map([[root, 0]]);
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const needed = graph.get(step.name)?.[step.next];
      step.next += 1;
      if (needed === undefined) {
        done.add(step.name);
        position.delete(step.name);
        way.pop();
      } else if (position.has(needed)) {
        cycles.push([...way.slice(position.get(needed)).map(({ name }) => name), needed]);
      } else if (!done.has(needed)) {
        position.set(needed, way.length);
        way.push({ name: needed, next: 0 });
      }
    }
  }
  return cycles;
}

/** Everything that `roots` need and the roots themselves, what is needed always before what needs it. Cycles are cut. */
export function startOrder(graph: DependencyGraph, roots: Iterable<string>): readonly string[] {
  const seen = new Set<string>();
  const order: string[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    const way: Step[] = [{ name: root, next: 0 }];
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const needed = graph.get(step.name)?.[step.next];
      step.next += 1;
      if (needed === undefined) {
        order.push(step.name);
        way.pop();
      } else if (!seen.has(needed)) {
        seen.add(needed);
        way.push({ name: needed, next: 0 });
      }
    }
  }
  return order;
}

/** The graph turned round: a name → the names that need it. Names that nobody needs have no entry. */
export function dependentsOf(graph: DependencyGraph): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const [name, needs] of graph) {
    for (const needed of new Set(needs)) {
      const list = dependents.get(needed);
      if (list === undefined) dependents.set(needed, [name]);
      else list.push(name);
    }
  }
  return dependents;
}

interface Step {
  readonly name: string;
  next: number;
}
