import type { Gate } from "../../../core/decision.ts";
import type { Endpoint } from "../../../core/observation.ts";
import type { WorkloadSettings } from "../../../core/settings.ts";
import type { Memory } from "../../ports.ts";
import { firstHosts, type ProbeHosts } from "../../wake/probe-hosts.ts";

/**
 * What is known of one port of a workload. A record is that of the port to which its hosts lead unless they name another
 * one (`host=port`); each port that hosts name has its own. All of them share one life and one idle time.
 */
export interface PortRecord {
  /** Which port inside the container hosts name; `undefined`: the one that none names. */
  readonly namedPort: number | undefined;
  /** Set while requests may pass: this port answers, its dependencies are ready, its schedule is open. */
  gate: Gate | undefined;
  /** Since when the workload is ready by another port alone. */
  silentSinceMs: number | undefined;
  /** That this port does not answer was reported. */
  isSilenceReported: boolean;
  /** What it said to the last probe, while that keeps it from being ready: a few plain words. */
  lastProbe: string | undefined;
  /** Who has answered since it is ready; while that is its endpoint, no answer is the first. */
  heardFrom: Endpoint | undefined;
  /** Set while its first answer was like that of an app that takes TLS alone: whether it does. */
  tlsCheck: Promise<boolean> | undefined;
  /** It was found to take TLS alone, though it is to be spoken to in plain HTTP. */
  wantsTls: boolean;
}

/** A port of which nothing is known yet. */
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

/** The records of the ports that hosts name; those of `former` stay. */
export function namedPortRecords(
  { hostPorts }: Pick<WorkloadSettings, "hostPorts">,
  former: ReadonlyMap<number, PortRecord> = NONE,
): ReadonlyMap<number, PortRecord> {
  if (hostPorts === undefined) return NONE;
  const ports = new Set(Object.values(hostPorts));
  return new Map([...ports].map((port) => [port, former.get(port) ?? createPortRecord(port)]));
}

const NONE: ReadonlyMap<number, PortRecord> = new Map();

/** How a workload's app was reached. */
export interface ProbePart {
  probeHosts: ProbeHosts;
  /** Where it answered last, if nobody configured a port. */
  answeredPort: number | undefined;
}

/** Begins with the addresses and the port at which it answered before. */
export function createProbePart({ hosts }: WorkloadSettings, memory: Memory | undefined): ProbePart {
  return {
    probeHosts: firstHosts(hosts, memory?.goodHosts),
    answeredPort: memory?.answeredPort,
  };
}
