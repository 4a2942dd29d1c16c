import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { noteRecalled } from "../usage/direct.ts";
import { DIRECT_STEP_MS, readNow } from "../usage/sample.ts";
import type { Recall } from "../workload/parts/front.ts";
import { isOpen } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { recallLeadMs } from "./recall-lead.ts";
import { notify } from "../workload/notify.ts";
import { deadlineOf } from "../workload/timers.ts";

const LOOK_AGAIN_MS = 1_000;

/** Carries out an order to stop as soon as no front forwards requests without asking. */
export function orderAfterRecall(context: LifecycleContext, record: WorkloadRecord, order: () => void): void {
  if (record.recall !== undefined) {
    record.recall.order = order;
    notify(record.signals); // it waits for the end of the idle time no longer
  } else if (isRecalled(context, record)) order();
  else void recall(context, record, order);
}

/** The same for lack of use: `then` is left undone if it is used meanwhile. */
export function idleAfterRecall(context: LifecycleContext, record: WorkloadRecord, then: () => void): void {
  if (record.recall !== undefined) return;
  if (isRecalled(context, record)) then();
  else void recall(context, record, undefined, then);
}

/** Somebody wants it awake after all. */
export function endRecall(context: LifecycleContext, record: WorkloadRecord): void {
  if (record.recall === undefined) return;
  record.recall.abort.abort();
  record.recall = undefined;
  context.rearm(record);
}

function isRecalled({ fronts }: LifecycleContext, record: WorkloadRecord): boolean {
  if (record.directMs === 0) return true;
  if (isOpen(record) || fronts.progress(record.directMs).kind !== "done") return false;
  noteRecalled(record);
  return true;
}

async function recall(
  context: LifecycleContext,
  record: WorkloadRecord,
  order: (() => void) | undefined,
  then: () => void = () => {},
): Promise<void> {
  const abort = new AbortController();
  const own: Recall = { sinceMs: context.clock.now(), order, abort, waitsOn: [] };
  record.recall = own;
  context.rearm(record);
  try {
    await untilFetched(context, record, own);
    const isDue = own.order !== undefined || (await staysUnused(context, record, own));
    if (abort.signal.aborted) return; // another one may have begun
    if (!isDue) return endRecall(context, record);
    record.recall = undefined;
    noteRecalled(record);
    (own.order ?? then)();
  } catch (fault) {
    context.emit({ type: "fault", message: `the recall of "${record.name}" failed`, detail: String(fault) });
    if (record.recall === own) record.recall = undefined;
  }
  context.rearm(record);
}

/** Resolves when every front asks before each request, or when it was used although nobody ordered its stop. */
async function untilFetched(context: LifecycleContext, record: WorkloadRecord, own: Recall): Promise<void> {
  const { clock, fronts } = context;
  const { signal } = own.abort;
  while (!signal.aborted && (own.order !== undefined || record.lastActivityMs <= own.sinceMs)) {
    const progress = fronts.progress(record.directMs);
    own.waitsOn = progress.kind === "done" ? [] : progress.on;
    if (progress.kind === "done") return;
    const { untilMs = clock.now() + LOOK_AGAIN_MS } = progress;
    await waitForSignal(record, Math.min(LOOK_AGAIN_MS, Math.max(1, untilMs - clock.now())), signal, clock);
  }
}

/** Whether it is unused until its time is over, by auth requests and by its counters. */
async function staysUnused(context: LifecycleContext, record: WorkloadRecord, own: Recall): Promise<boolean> {
  const { clock } = context;
  const { signal } = own.abort;
  const lastReadMs = record.sampling?.begunMs ?? 0;
  let isRead = false;
  while (!signal.aborted && own.order === undefined) {
    if (record.lastActivityMs > own.sinceMs) return false;
    const due = deadlineOf(context, { ...record, recall: undefined });
    if (due === undefined || due.atMs > clock.now() + recallLeadMs(context, record) * 2) return false;
    const atMs = Math.max(due.atMs, lastReadMs + DIRECT_STEP_MS);
    if (atMs > clock.now()) await waitForSignal(record, atMs - clock.now(), signal, clock);
    else if (isRead) return true;
    // While it is read an order or a request may arrive: the loop checks for both once more.
    else isRead = (await readNow(context, record)) === undefined;
  }
  return own.order !== undefined;
}
