const SLEEPING: ReadonlySet<string> = new Set(["absent", "asleep", "paused", "failed"]);

/** Returns the total time asleep: all ended sleeps and the current one. */
export function timeAsleepMs(
  workload: {
    readonly state: { readonly status: string };
    readonly asleepMs: number;
    readonly asleepSinceMs: number;
  },
  nowMs: number,
): number {
  const { state, asleepMs, asleepSinceMs } = workload;
  return asleepMs + (SLEEPING.has(state.status) ? Math.max(0, nowMs - asleepSinceMs) : 0);
}
