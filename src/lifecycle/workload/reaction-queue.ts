/** Runs a reaction now, or after the reactions that are in progress. */
export type React = (reaction: () => void) => void;

/**
 * Creates a queue for reactions to changes of state. If a reaction changes a state, the reactions to that run after all
 * that are queued, never inside the first one. A fault in one does not stop the others.
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
