/** How long and how often a failing case may be run to find a smaller one. */
export interface ShrinkLimits {
  readonly ms: number;
  readonly runs: number;
}

/** Replaces a plan by a smaller one that still fails, until none does or a limit is reached. */
export async function shrink<Plan>(
  plan: Plan,
  smaller: (plan: Plan) => Iterable<Plan>,
  fails: (plan: Plan) => Promise<boolean>,
  { ms, runs }: ShrinkLimits,
): Promise<Plan> {
  const deadline = performance.now() + ms;
  let smallest = plan;
  let left = runs;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smaller(smallest)) {
      if (left <= 0 || performance.now() > deadline) return smallest;
      left -= 1;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}
