import type { LifecycleContext } from "../context.ts";
import { findUse, type Sample } from "../usage/in-use.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";

/** The time from our response to a front until the request that it permits shows in the counters. */
const ON_ITS_WAY_MS = 500;
const READ_EVERY_MS = 250;

/**
 * Waits, before a stop that is not an idle stop, until traffic through a front has ended: requests permitted by an auth
 * request hold no lease. Waits as long as packets pass, until `limitMs` at most. An app that computes without traffic
 * looks idle here.
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
  // Without its own counters nothing shows whether there is traffic.
  return usage?.rxBytes === undefined || usage.sharesNetwork === true ? undefined : { atMs: clock.now(), usage };
}
