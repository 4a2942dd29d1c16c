import { isCoolingDown } from "../workload/failure.ts";
import { isOnItsWay } from "../workload/on-its-way.ts";
import type { Clock } from "../ports.ts";
import type { Waiter, WorkloadRecord } from "../workload/record.ts";

/** The requests that are held: holds are bounded per host and overall. */
export interface HoldQueue {
  pending: number;
  limit: number;
}

/**
 * Keeps a request waiting until one of `members` lets requests pass. Ends early when the client leaves (`aborted`) and
 * frees its place then; the wake itself goes on for the others.
 */
export async function hold(
  members: readonly WorkloadRecord[],
  queues: readonly HoldQueue[],
  { ms, aborted, clock }: { readonly ms: number; readonly aborted: AbortSignal; readonly clock: Clock },
): Promise<"ready" | "failed" | "timed-out" | "gone"> {
  if (aborted.aborted) return "gone";
  for (const queue of queues) queue.pending += 1;
  const over = new AbortController();
  try {
    return await Promise.race([
      settled(members, over.signal, clock),
      left(aborted, over.signal),
      clock.sleep(ms, over.signal).then(() => "timed-out" as const),
    ]);
  } finally {
    for (const queue of queues) queue.pending -= 1;
    over.abort();
  }
}

/** True while no more requests may be held. */
export function isFull(queues: readonly HoldQueue[]): boolean {
  return queues.some(({ pending, limit }) => pending >= limit);
}

/** Resolves when one of them lets requests pass, or none will without another request. */
export function settled(
  members: readonly WorkloadRecord[],
  over: AbortSignal,
  clock: Clock,
): Promise<"ready" | "failed"> {
  if (members.some(({ gate }) => gate !== undefined)) return Promise.resolve("ready");
  if (members.every((member) => isCoolingDown(member, clock.now()))) return Promise.resolve("failed");
  return new Promise((resolve) => {
    const waiter: Waiter = { members, settle: resolve };
    for (const member of members) member.waiters.add(waiter);
    over.addEventListener("abort", () => forget(waiter), { once: true });
  });
}

/** Notifies the requests held for `record` once it lets requests pass or nothing is in progress any more. */
export function settleWaiters(record: WorkloadRecord): void {
  if (record.waiters.size === 0) return;
  const outcome = record.gate !== undefined ? "ready" : "failed";
  const waiters = [...record.waiters];
  for (const waiter of waiters) {
    if (outcome === "failed" && waiter.members.some(isOnItsWay)) continue;
    forget(waiter);
    waiter.settle(outcome);
  }
}

function forget(waiter: Waiter): void {
  for (const member of waiter.members) member.waiters.delete(waiter);
}

function left(aborted: AbortSignal, over: AbortSignal): Promise<"gone"> {
  return new Promise((resolve) => {
    aborted.addEventListener("abort", () => resolve("gone"), { once: true, signal: over });
  });
}
