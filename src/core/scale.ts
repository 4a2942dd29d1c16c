/** One member of a group as scaling sees it. */
export interface ScaleView {
  readonly awake: boolean;
  readonly waking: boolean;
  readonly failing: boolean;
  readonly inFlight: number;
}

/**
 * Returns which members (by index) to wake now. With `targetConcurrency` 0 all of them; otherwise one first, and one
 * more as soon as every awake member has that many requests in flight.
 */
export function membersToWake(members: readonly ScaleView[], targetConcurrency: number): readonly number[] {
  const asleep = members.flatMap(({ awake, waking, failing }, index) => (awake || waking || failing ? [] : [index]));
  if (targetConcurrency <= 0) return asleep;
  if (members.some(({ waking }) => waking)) return [];
  const full = members.every(({ awake, inFlight }) => !awake || inFlight >= targetConcurrency);
  return full ? asleep.slice(0, 1) : [];
}
