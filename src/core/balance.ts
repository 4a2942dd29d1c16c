import type { BalanceStrategy } from "./settings.ts";

/** A ready member as a balancer sees it. */
export interface Candidate {
  readonly name: string;
  readonly inFlight: number;
  readonly weight: number;
}

/** Chooses one of the ready members; keeps its state (such as the next turn) between calls. */
export type Balancer = <T extends Candidate>(ready: readonly T[]) => T | undefined;

/** Creates the balancer of one group. `weighted` interleaves: weights of 3 and 1 give a b a a, not a a a b. */
export function createBalancer(strategy: BalanceStrategy): Balancer {
  switch (strategy) {
    case "round-robin":
      return roundRobin();
    case "least-connections":
      return leastConnections();
    case "weighted":
      return smoothWeighted();
  }
}

function roundRobin(): Balancer {
  let turn = 0;
  return (ready) => ready[turn++ % Math.max(1, ready.length)];
}

function leastConnections(): Balancer {
  const tieBreak = roundRobin();
  return (ready) => {
    const fewest = Math.min(...ready.map(load));
    return tieBreak(ready.filter((candidate) => load(candidate) === fewest));
  };
}

function load({ inFlight, weight }: Candidate): number {
  return inFlight / Math.max(weight, 1);
}

function smoothWeighted(): Balancer {
  const credit = new Map<string, number>();
  return (ready) => {
    let chosen: (typeof ready)[number] | undefined;
    let total = 0;
    for (const candidate of ready) {
      const weight = Math.max(candidate.weight, 0);
      total += weight;
      const sum = (credit.get(candidate.name) ?? 0) + weight;
      credit.set(candidate.name, sum);
      if (chosen === undefined || sum > (credit.get(chosen.name) ?? 0)) chosen = candidate;
    }
    if (chosen !== undefined) credit.set(chosen.name, (credit.get(chosen.name) ?? 0) - total);
    return chosen;
  };
}
