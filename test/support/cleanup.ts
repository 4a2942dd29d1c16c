import type { TestContext } from "node:test";

type Step = () => unknown;

const stacks = new WeakMap<TestContext, Step[]>();

/** Registers a step for the end of the test. Steps run in reverse order, each even if another one fails. */
export function cleanup(t: TestContext, step: Step): void {
  const known = stacks.get(t);
  if (known !== undefined) {
    known.push(step);
    return;
  }
  const stack = [step];
  stacks.set(t, stack);
  t.after(() => undo(stack));
}

async function undo(stack: Step[]): Promise<void> {
  const faults: unknown[] = [];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    try {
      await step();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `cleaning up failed: ${faults.map(String).join("; ")}`);
}
