import type { LifecycleContext } from "../context.ts";
import { waitForSignal } from "../reconcile/wait-for-signal.ts";
import { noteRecalled } from "../usage/direct.ts";
import { nextDirectMs, readMemory, readNow } from "../usage/sample.ts";
import type { Recall } from "../workload/parts/front.ts";
import { isOpen } from "../workload/ports-of.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { recallLeadMs } from "./recall-lead.ts";
import { notify } from "../workload/notify.ts";
import { type Deadline } from "../../core/next-deadline.ts";
import { deadlineOf } from "../workload/timers.ts";

const RECHECK_MS = 1_000;

/** Recalls the fronts, then carries out an order to stop. */
export function orderAfterRecall(context: LifecycleContext, record: WorkloadRecord, order: () => void): void {
  if (record.recall !== undefined) {
    record.recall.order = order;
    notify(record.signals); // a recall in progress must not wait for the end of the idle time any more
  } else if (isRecalled(context, record)) order();
  else void recall(context, record, order);
}

/** Recalls the fronts for an idle stop; `then` is not called if the workload is used meanwhile. */
export function idleAfterRecall(context: LifecycleContext, record: WorkloadRecord, then: () => void): void {
  if (record.recall !== undefined) return;
  if (isRecalled(context, record)) then();
  else void recall(context, record, undefined, then);
}

/** Cancels a recall, because the workload is used again. */
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
  void readMemory(record);
  try {
    await untilFetched(context, record, own);
    const isDue = own.order !== undefined || (await staysUnused(context, record, own));
    if (abort.signal.aborted) return; // another recall may have begun
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

/** Resolves when every front sends auth requests again, or when the workload was used and no stop was ordered. */
async function untilFetched(context: LifecycleContext, record: WorkloadRecord, own: Recall): Promise<void> {
  const { clock, fronts } = context;
  const { signal } = own.abort;
  while (!signal.aborted && (own.order !== undefined || record.lastActivityMs <= own.sinceMs)) {
    const progress = fronts.progress(record.directMs);
    own.waitsOn = progress.kind === "done" ? [] : progress.on;
    if (progress.kind === "done") return;
    if (own.order === undefined) await readInTurn(context, record);
    const { untilMs = clock.now() + RECHECK_MS } = progress;
    await waitForSignal(record, Math.min(RECHECK_MS, Math.max(1, untilMs - clock.now())), signal, clock);
  }
}

/** Resolves with whether auth requests, and counters read at the end, show no use until the idle time is over. */
async function staysUnused(context: LifecycleContext, record: WorkloadRecord, own: Recall): Promise<boolean> {
  const { clock } = context;
  const { signal } = own.abort;
  let isRead = false;
  while (!signal.aborted && own.order === undefined) {
    if (record.lastActivityMs > own.sinceMs) return false;
    const due = dueOf(context, record);
    const now = clock.now();
    if (due === undefined || due.atMs > now + recallLeadMs(context, record) * 2) return false;
    if (isRead) return true;
    const atMs = nextDirectMs(record, due.atMs);
    if (atMs > now) await waitForSignal(record, atMs - now, signal, clock);
    else {
      // An order or a request may arrive during a reading, so the loop checks for both again.
      isRead = due.atMs <= now;
      await readNow(context, record);
    }
  }
  return own.order !== undefined;
}

/** Reads the counters when they are due, so that use during a recall is dated exactly. */
async function readInTurn(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const due = dueOf(context, record);
  const now = context.clock.now();
  if (due !== undefined && due.atMs > now && nextDirectMs(record, due.atMs) <= now) await readNow(context, record);
}

/** Returns the deadline for which the recall is made. */
function dueOf(context: LifecycleContext, record: WorkloadRecord): Deadline | undefined {
  return deadlineOf(context, { ...record, recall: undefined });
}
