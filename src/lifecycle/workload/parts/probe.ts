import type { Gate } from "../../../core/decision.ts";
import type { Endpoint } from "../../../core/observation.ts";
import type { WorkloadSettings } from "../../../core/settings.ts";
import type { Memory } from "../../ports.ts";
import { firstHosts, type ProbeHosts } from "../../wake/probe-hosts.ts";

/**
 * What is known about one port of a workload. The workload's record is also that of its main port; each port that a
 * host names (`host=port`) has its own. All of them share one state and one idle time.
 */
export interface PortRecord {
  /** The port inside the container, if hosts name it; `undefined` for the main port. */
  readonly namedPort: number | undefined;
  /** Set while requests may pass: this port answers, the dependencies are ready, the schedule is open. */
  gate: Gate | undefined;
  /** Since when the workload is ready, but this port does not answer. */
  silentSinceMs: number | undefined;
  /** It was reported that this port does not answer. */
  isSilenceReported: boolean;
  /** The result of the last probe in a few words, while it keeps the port from being ready. */
  lastProbe: string | undefined;
  /** The endpoint that has given a response since the port became ready. */
  heardFrom: Endpoint | undefined;
  /** Set while it is checked whether the app requires TLS, as its first response suggests. */
  tlsCheck: Promise<boolean> | undefined;
  /** It was found to require TLS, although plain HTTP is configured. */
  wantsTls: boolean;
}

/** Creates the record of a port. */
export function createPortRecord(namedPort?: number): PortRecord {
  return {
    namedPort,
    gate: undefined,
    silentSinceMs: undefined,
    isSilenceReported: false,
    lastProbe: undefined,
    heardFrom: undefined,
    tlsCheck: undefined,
    wantsTls: false,
  };
}

/** Returns the records of the ports that hosts name; reuses those of `former`. */
export function namedPortRecords(
  { hostPorts }: Pick<WorkloadSettings, "hostPorts">,
  former: ReadonlyMap<number, PortRecord> = NONE,
): ReadonlyMap<number, PortRecord> {
  if (hostPorts === undefined) return NONE;
  const ports = new Set(Object.values(hostPorts));
  return new Map([...ports].map((port) => [port, former.get(port) ?? createPortRecord(port)]));
}

const NONE: ReadonlyMap<number, PortRecord> = new Map();

/** How a workload is probed. */
export interface ProbePart {
  probeHosts: ProbeHosts;
  /** The port on which it last answered, if none is configured. */
  answeredPort: number | undefined;
}

/** Creates the part of a new record, from what was stored before a restart. */
export function createProbePart({ hosts }: WorkloadSettings, memory: Memory | undefined): ProbePart {
  return {
    probeHosts: firstHosts(hosts, memory?.goodHosts),
    answeredPort: memory?.answeredPort,
  };
}
