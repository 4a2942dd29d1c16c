import type { LifecycleContext } from "../context.ts";
import { findUse, type Sample } from "../usage/in-use.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** The time from our response to a front until its request is in the counters, and back. */
const ON_ITS_WAY_MS = 500;
const READ_EVERY_MS = 250;

/**
 * Before a stop that does not come from idleness: what an auth request let pass holds no lease, so it gets the time to
 * come and go, for as long as packets move and `limitMs` is not over. An app that computes in silence cannot be told from
 * one at rest.
 */
export async function untilFrontIsIdle(
  context: LifecycleContext,
  record: WorkloadRecord,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (!record.seenByFront || !record.engine.capabilities.usage) return;
  const { clock } = context;
  await clock.sleep(Math.max(0, record.lastActivityMs + ON_ITS_WAY_MS - clock.now()), signal);
  let before = await read(context, record);
  while (before !== undefined && !signal.aborted && clock.now() < limitMs) {
    await clock.sleep(READ_EVERY_MS, signal);
    const after = await read(context, record);
    if (after === undefined || findUse("traffic", before, after, "recent") === undefined) return;
    before = after;
  }
}

async function read({ clock }: LifecycleContext, record: WorkloadRecord): Promise<Sample | undefined> {
  const usage = await record.engine.usage(refOf(record)).catch(() => undefined);
  // Without counters of its own nothing shows when it is quiet.
  return usage?.rxBytes === undefined || usage.sharesNetwork === true ? undefined : { atMs: clock.now(), usage };
}
