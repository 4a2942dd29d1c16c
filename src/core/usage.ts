/** The counters that show whether a workload's network is in use. */
export interface Traffic {
  /** The four network counters are `undefined` together, for a process or a container on the host's network. */
  readonly rxBytes: number | undefined;
  readonly txBytes: number | undefined;
  readonly rxPackets: number | undefined;
  readonly txPackets: number | undefined;
  /** Established connections from outside the workload; `undefined` if they cannot be counted. */
  readonly connections: number | undefined;
  /** The remote ends of these connections. */
  readonly remotes?: readonly string[] | undefined;
  /** TCP segments with payload and loopback packets in its network namespace; `undefined` if they cannot be counted. */
  readonly payload?: { readonly segments: number; readonly loopbackPackets: number } | undefined;
  /** It uses the network of another workload, so the network counters include both. */
  readonly sharesNetwork?: boolean;
}

/** The resource counters of a workload. */
export interface Usage extends Traffic {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}
