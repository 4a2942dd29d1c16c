import { globSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Test files that run in parallel with the same limits. */
export interface TestGroup {
  readonly name: "unit" | "integration" | "fuzz" | "e2e";
  readonly files: readonly string[];
  readonly concurrency: number;
  /** How many of them wait until the processors are idle enough. */
  readonly spare: number;
  /** The time limit of a file, after which it is ended and counts as failed. */
  readonly timeoutMs: number;
}

/** How many files may use Docker at once, each with a daemon of its own. */
export const DOCKER_LANES = 3;

/** Returns the groups in order, limited to the given words: names of groups, or parts of paths. */
export function findTestGroups(words: readonly string[]): readonly TestGroup[] {
  const names = words.filter((word) => groups.some(({ name }) => name === word));
  const parts = words.filter((word) => !names.includes(word));
  return groups
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ patterns, ...group }) => ({ ...group, files: find(patterns, parts) }));
}

const groups = [
  {
    name: "unit",
    patterns: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/*.test.ts", "test/support/**/*.test.ts"],
    concurrency: availableParallelism(),
    spare: 0,
    timeoutMs: 120_000,
  },
  {
    name: "integration",
    patterns: ["test/contract/**/*.test.ts", "test/integration/**/*.test.ts", "test/bench/**/*.test.ts"],
    concurrency: DOCKER_LANES,
    spare: 1,
    timeoutMs: 180_000,
  },
  {
    // In parallel, because each has a fixed duration.
    name: "fuzz",
    patterns: ["test/fuzz/**/*.test.ts"],
    concurrency: 5,
    spare: 0,
    timeoutMs: 180_000,
  },
  {
    name: "e2e",
    patterns: ["test/e2e/**/*.test.ts"],
    concurrency: DOCKER_LANES,
    spare: 1,
    timeoutMs: 480_000,
  },
] as const;

/** They take the longest: begun last, one of them would run alone at the end of its group. */
export const LONG = [
  "e2e/swarm-trouble",
  "e2e/compose", // builds the gateway's image
  "e2e/examples",
  "e2e/forward-auth-stops",
  "e2e/swarm",
  "e2e/guides", // needs that image
  "contract/engine-swarm",
  "e2e/following",
  "e2e/kubernetes-trouble",
  "e2e/pages-policies",
  "e2e/forward-auth-idle",
  "e2e/podman",
  "e2e/admin-use",
  "e2e/swarm-strange",
  "e2e/kubernetes",
  "integration/proxy-by-node",
].map((name) => `test/${name}.test.ts`);

function find(patterns: readonly string[], parts: readonly string[]): string[] {
  const files = globSync([...patterns]).toSorted();
  const ordered = [...LONG.filter((file) => files.includes(file)), ...files.filter((file) => !LONG.includes(file))];
  return ordered.filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
}
