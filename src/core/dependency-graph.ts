/** Maps each name to the names that it depends on; a name without an entry has no dependencies. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Finds cycles, each as `[a, b, a]`. Removing the last edge of each leaves no cycle. Deterministic: follows the order
 * of the map and of its lists.
 */
export function findCycles(graph: DependencyGraph): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const root of graph.keys()) {
    if (done.has(root)) continue;
    // An explicit stack: recursion would exhaust the call stack on a long chain.
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

interface Step {
  readonly name: string;
  next: number;
}
