import type { Endpoint } from "../../core/observation.ts";
import type { PortRecord } from "./parts/probe.ts";
import type { RouteMember, WorkloadRecord } from "./record.ts";

/** Returns all ports of a workload, the main port first. */
export function portsOf(record: WorkloadRecord): readonly PortRecord[] {
  return record.named.size === 0 ? [record] : [record, ...record.named.values()];
}

/** Returns a workload as a route member, once for each of its ports. */
export function membersOf(record: WorkloadRecord): readonly RouteMember[] {
  return portsOf(record).map((port) => ({ record, port }));
}

interface NamedPort {
  readonly namedPort?: number | undefined;
}

/** Returns the port to which an endpoint belongs. */
export function portTo(record: WorkloadRecord, { namedPort }: NamedPort): PortRecord {
  return (namedPort === undefined ? undefined : record.named.get(namedPort)) ?? record;
}

/** Returns the port to which a host is routed. */
export function portFor(record: WorkloadRecord, host: string): PortRecord {
  return portTo(record, { namedPort: record.settings.hostPorts?.[host] });
}

/** Returns the check whether an endpoint belongs to this port. */
export function isOf({ namedPort }: PortRecord): (endpoint: Endpoint) => boolean {
  return (endpoint) => endpoint.namedPort === namedPort;
}

/** Returns whether requests may pass on any port. */
export function isOpen(record: WorkloadRecord): boolean {
  return record.gate !== undefined || (record.named.size > 0 && portsOf(record).some(({ gate }) => gate !== undefined));
}
