import type { VetoReason } from "../../core/events.ts";
import { probeHttp } from "../wake/probe-http.ts";
import type { LifecycleContext } from "../context.ts";
import { isOf } from "../workload/ports-of.ts";
import { refOf, type WorkloadRecord } from "../workload/record.ts";
import { findHiddenUse } from "../usage/sample.ts";

/** Checks again, right before a stop, whether the workload is used in a way that leases do not show. */
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

/** True while a command runs in it, as a job started with `docker exec` does: a stop would kill it. */
export async function hasExec(record: WorkloadRecord): Promise<boolean> {
  // What cannot be queried does not count.
  return (await record.engine.execs(refOf(record)).catch(() => 0)) > 0;
}

/** How long a veto puts the stop off: another idle interval, or less for a command that ends. */
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
