import type { Endpoint } from "../../../core/observation.ts";
import type { WorkloadSettings } from "../../../core/settings.ts";
import type { Memory } from "../../ports.ts";
import { firstHosts, type ProbeHosts } from "../../wake/probe-hosts.ts";

/** What a workload's app said to probes and to the first requests. */
export interface ProbePart {
  probeHosts: ProbeHosts;
  /** Where it answered last, if nobody configured a port. */
  answeredPort: number | undefined;
  /** What it said to the last probe, while that keeps it from being ready: a few plain words. */
  lastProbe: string | undefined;
  /** Who has answered since it is ready; while that is its endpoint, no answer is the first. */
  heardFrom: Endpoint | undefined;
  /** Set while its first answer was like that of an app that takes TLS alone: whether it does. */
  tlsCheck: Promise<boolean> | undefined;
  /** It was found to take TLS alone, though it is to be spoken to in plain HTTP. */
  wantsTls: boolean;
}

/** Begins with the addresses and the port at which it answered before. */
export function createProbePart({ hosts }: WorkloadSettings, memory: Memory | undefined): ProbePart {
  return {
    probeHosts: firstHosts(hosts, memory?.goodHosts),
    answeredPort: memory?.answeredPort,
    lastProbe: undefined,
    heardFrom: undefined,
    tlsCheck: undefined,
    wantsTls: false,
  };
}
