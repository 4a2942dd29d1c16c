/** One member of a group as scaling sees it. */
export interface ScaleView {
  readonly awake: boolean;
  readonly waking: boolean;
  readonly failing: boolean;
  readonly inFlight: number;
}

/**
 * Returns the indexes of the members to wake now: with `targetConcurrency` 0 all of them, otherwise one at first, and
 * one more when every awake member has that many requests in flight.
 */
export function membersToWake(members: readonly ScaleView[], targetConcurrency: number): readonly number[] {
  const asleep = members.flatMap(({ awake, waking, failing }, index) => (awake || waking || failing ? [] : [index]));
  if (targetConcurrency <= 0) return asleep;
  if (members.some(({ waking }) => waking)) return [];
  const full = members.every(({ awake, inFlight }) => !awake || inFlight >= targetConcurrency);
  return full ? asleep.slice(0, 1) : [];
}
