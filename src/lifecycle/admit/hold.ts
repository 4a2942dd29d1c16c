import type { Clock } from "../ports.ts";
import type { RouteMember, Waiter, WorkloadRecord } from "../workload/record.ts";
import { isMemberCoolingDown, isMemberOnItsWay } from "../workload/silence.ts";

/** A limit on held requests; one exists for each host and one in total. */
export interface HoldQueue {
  pending: number;
  limit: number;
}

/**
 * Holds a request until one of `members` lets requests pass. If the client disconnects (`aborted`), its place is free
 * at once, and the wake continues for the others.
 */
export async function hold(
  members: readonly RouteMember[],
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

/** Returns true while no more requests may be held. */
export function isFull(queues: readonly HoldQueue[]): boolean {
  return queues.some(({ pending, limit }) => pending >= limit);
}

/** Resolves when one of them lets requests pass, or when none of them is on its way to that any more. */
export function settled(members: readonly RouteMember[], over: AbortSignal, clock: Clock): Promise<"ready" | "failed"> {
  if (members.some(({ port }) => port.gate !== undefined)) return Promise.resolve("ready");
  if (members.every((member) => isMemberCoolingDown(member, clock))) return Promise.resolve("failed");
  return new Promise((resolve) => {
    const waiter: Waiter = { members, settle: resolve };
    for (const { record } of members) record.waiters.add(waiter);
    over.addEventListener("abort", () => forget(waiter), { once: true });
  });
}

/** Ends the wait of the requests held for `record` if it lets requests pass or nothing is in progress any more. */
export function settleWaiters(record: WorkloadRecord, clock: Clock): void {
  if (record.waiters.size === 0) return;
  const now = clock.now();
  const waiters = [...record.waiters];
  for (const waiter of waiters) {
    const isReady = waiter.members.some(({ port }) => port.gate !== undefined);
    if (!isReady && waiter.members.some((member) => isMemberOnItsWay(member, now))) continue;
    forget(waiter);
    waiter.settle(isReady ? "ready" : "failed");
  }
}

function forget(waiter: Waiter): void {
  for (const { record } of waiter.members) record.waiters.delete(waiter);
}

function left(aborted: AbortSignal, over: AbortSignal): Promise<"gone"> {
  return new Promise((resolve) => {
    aborted.addEventListener("abort", () => resolve("gone"), { once: true, signal: over });
  });
}
