import type { VetoReason } from "../../core/events.ts";
import { probeHttp } from "../wake/probe-http.ts";
import type { LifecycleContext } from "../context.ts";
import { isOf } from "../workload/ports-of.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { findHiddenUse } from "../usage/sample.ts";

/** Checks right before a stop whether the workload is used in a way that leases do not show. */
export async function findVeto(
  context: LifecycleContext,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<VetoReason | undefined> {
  const use = await findHiddenUse(context, record, signal);
  if (use !== undefined) return use;
  if (!signal.aborted && (await hasExec(record))) return "exec";
  return (await isBusy(context, record, signal)) ? "busy-path" : undefined;
}

/** Returns true while a command runs in it (`docker exec`), which a stop would kill. */
export async function hasExec(record: WorkloadRecord): Promise<boolean> {
  // If the engine cannot be queried, nothing runs.
  return (await record.engine.execs(refOf(record)).catch(() => 0)) > 0;
}

/** Returns how long a veto postpones the stop: another idle timeout, or less for a running command. */
export function vetoForMs({ settings }: WorkloadRecord, reason: VetoReason): number {
  if (reason === "exec") return EXEC_CHECK_MS;
  return Math.max(1_000, settings.idleTimeoutMs ?? 0);
}

/** How often a running command is checked. */
export const EXEC_CHECK_MS = 5_000;

async function isBusy(context: LifecycleContext, record: WorkloadRecord, signal: AbortSignal): Promise<boolean> {
  const { busyPath: path } = record.settings;
  if (path === "" || record.state.status !== "draining") return false;
  const endpoint = record.state.targets?.find(isOf(record));
  if (endpoint === undefined) return false;
  const { kind } = await probeHttp(context, record, { endpoint, path }, signal);
  return kind === "ready";
}
