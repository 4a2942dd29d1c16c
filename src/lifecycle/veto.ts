import type { VetoReason } from "../core/events.ts";
import type { House } from "./house.ts";
import type { WorkloadRecord } from "./record.ts";
import { findHiddenUse } from "./sample.ts";

/** Looks again, right before a stop, whether the workload is used in a way that leases don't show. */
export async function findVeto(
  house: House,
  record: WorkloadRecord,
  signal: AbortSignal,
): Promise<VetoReason | undefined> {
  const use = await findHiddenUse(house, record, signal);
  if (use !== undefined) return use;
  return (await isBusy(house, record, signal)) ? "busy-path" : undefined;
}

/** How long a veto puts the stop off: another interval of idleness. */
export function vetoForMs({ settings }: WorkloadRecord): number {
  return Math.max(1_000, settings.idleTimeoutMs ?? 0);
}

async function isBusy(house: House, record: WorkloadRecord, signal: AbortSignal): Promise<boolean> {
  const { busyPath, hosts } = record.settings;
  if (busyPath === "" || record.state.status !== "draining" || record.state.endpoint === undefined) return false;
  return house.probe.http(record.state.endpoint, busyPath, hosts[0] ?? record.name, signal);
}
