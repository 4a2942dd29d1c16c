import { authRequestReason, type AuthRequestReason } from "../../core/auth-request-reason.ts";
import type { LifecycleContext } from "../context.ts";
import { noteUse } from "../workload/activity.ts";
import type { PortRecord } from "../workload/parts/probe.ts";
import type { WorkloadRecord } from "../workload/record.ts";
import { DIRECT_STEP_MS, noteFrontTraffic, readNow, takeSample } from "./sample.ts";
import { samplingOf } from "./sampling.ts";

/** Returns why a front sends an auth request before each request to this port; `undefined`: it forwards directly. */
export function authRequestReasonOf(
  record: WorkloadRecord,
  by: { readonly whenAwake: "ask" | "direct"; readonly reachedDirectly: boolean },
  port: PortRecord = record,
): AuthRequestReason | undefined {
  const { settings, engine, throttled, recall } = record;
  const usage = samplingOf(record)?.baseline?.usage;
  const isOwn = usage?.rxBytes !== undefined && usage.sharesNetwork !== true;
  const canBeRead = engine.capabilities.usage;
  return authRequestReason({
    whenAwake: settings.traefikWhenAwake ?? by.whenAwake,
    reachedDirectly: by.reachedDirectly,
    hasIgnoreRules: settings.ignore !== undefined,
    idleSignal: settings.idleSignal,
    counters: !canBeRead || (usage !== undefined && !isOwn) ? "none" : usage === undefined ? "unread" : "own",
    isReady: port.gate !== undefined,
    throttled,
    isRecalled: recall !== undefined,
  });
}

/** Reads the counters of a workload if only their absence keeps fronts from forwarding directly. */
export function readForDirect(context: LifecycleContext, record: WorkloadRecord): void {
  const begunMs = samplingOf(record)?.begunMs ?? 0;
  if (context.clock.now() - begunMs >= DIRECT_STEP_MS) takeSample(context, record);
}

/** Notes that a front may forward to it directly from now on. */
export function noteDirect(context: LifecycleContext, record: WorkloadRecord): void {
  const isNew = record.directMs === 0;
  record.directMs = context.clock.now();
  noteFrontTraffic(record, {}, context.rearm);
  if (!isNew) return;
  context.rearm(record);
  context.remember(record);
}

/**
 * Notes that no front forwards to it directly any more although there was no recall: the settings changed, or the front
 * is gone. A front that still forwards keeps fetching, so this cannot happen to it.
 */
export async function forgetDirect(context: LifecycleContext, record: WorkloadRecord): Promise<void> {
  const { directMs } = record;
  if (directMs === 0 || record.recall !== undefined) return;
  if (context.fronts.progress(directMs).kind !== "done") return;
  await readNow(context, record); // traffic until now had no auth requests
  if (record.directMs !== directMs || record.recall !== undefined) return;
  const { baseline, lapsed } = samplingOf(record) ?? {};
  if (baseline === undefined || lapsed) noteUse(record, context.clock.now());
  noteRecalled(record);
  context.rearm(record);
  context.remember(record);
}

/** Notes that no front forwards to it directly any more. */
export function noteRecalled(record: WorkloadRecord): void {
  record.directMs = 0;
}
