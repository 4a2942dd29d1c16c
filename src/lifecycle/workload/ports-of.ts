import type { Endpoint } from "../../core/observation.ts";
import type { PortRecord } from "./parts/probe.ts";
import type { RouteMember, WorkloadRecord } from "./record.ts";

/** Every port of a workload: first the one to which hosts lead that name none. */
export function portsOf(record: WorkloadRecord): readonly PortRecord[] {
  return record.named.size === 0 ? [record] : [record, ...record.named.values()];
}

/** A workload once for each of its ports. */
export function membersOf(record: WorkloadRecord): readonly RouteMember[] {
  return portsOf(record).map((port) => ({ record, port }));
}

interface NamedPort {
  readonly namedPort?: number | undefined;
}

/** The port that an endpoint is an address of. */
export function portTo(record: WorkloadRecord, { namedPort }: NamedPort): PortRecord {
  return (namedPort === undefined ? undefined : record.named.get(namedPort)) ?? record;
}

/** The port to which a host leads. */
export function portFor(record: WorkloadRecord, host: string): PortRecord {
  return portTo(record, { namedPort: record.settings.hostPorts?.[host] });
}

/** Whether an endpoint is an address of this port. */
export function isOf({ namedPort }: PortRecord): (endpoint: Endpoint) => boolean {
  return (endpoint) => endpoint.namedPort === namedPort;
}

/** Whether requests may pass by any port. */
export function isOpen(record: WorkloadRecord): boolean {
  return record.gate !== undefined || (record.named.size > 0 && portsOf(record).some(({ gate }) => gate !== undefined));
}
