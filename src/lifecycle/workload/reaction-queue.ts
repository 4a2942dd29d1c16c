/** Runs a reaction now, or after the reactions that are under way. */
export type React = (reaction: () => void) => void;

/**
 * Creates a queue for what follows from a change of state: a change that a reaction makes is complete at once, and its own
 * reactions run after those that wait already, never inside of one. A fault in one does not stop the others.
 */
export function createReactionQueue(): React {
  const waiting: (() => void)[] = [];
  let isRunning = false;

  function runAll(): void {
    const faults: unknown[] = [];
    isRunning = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        next();
      } catch (fault) {
        faults.push(fault);
      }
    }
    isRunning = false;
    if (faults.length > 0) throw faults[0];
  }

  return (reaction) => {
    waiting.push(reaction);
    if (!isRunning) runAll();
  };
}
