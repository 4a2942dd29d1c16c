/** The kinds of engines, which start and stop workloads. */
export type EngineKind = "docker" | "process" | "swarm" | "kubernetes";

/** What an engine can do; a setting that requires something else is reported when the configuration is loaded. */
export interface EngineCapabilities {
  readonly pause: boolean;
  readonly throttle: boolean;
  readonly usage: boolean;
  /** A stop that fails if somebody else has changed the workload meanwhile (`onlyIf`). */
  readonly conditionalStop: boolean;
  /** A stop with a chosen signal (`stop_signal`, `stop_method: kill`). */
  readonly stopSignal: boolean;
  /** A stop with a chosen timeout (`stop_timeout`). */
  readonly stopTimeout: boolean;
  readonly logs: boolean;
  /** A workload may have several instances. */
  readonly replicas: boolean;
}

const ONE_MACHINE: EngineCapabilities = {
  pause: true,
  throttle: true,
  usage: true,
  conditionalStop: false,
  stopSignal: true,
  stopTimeout: true,
  logs: true,
  replicas: false,
};

const ORCHESTRATOR: EngineCapabilities = {
  pause: false,
  throttle: false,
  usage: false,
  conditionalStop: true,
  stopSignal: false,
  stopTimeout: false,
  logs: true,
  replicas: true,
};

/** What each kind of engine can do at most; on some hosts an engine can do less. */
export const CAPABILITIES: Readonly<Record<EngineKind, EngineCapabilities>> = {
  docker: ONE_MACHINE,
  process: { ...ONE_MACHINE, throttle: false },
  swarm: ORCHESTRATOR,
  kubernetes: ORCHESTRATOR,
};

/** The name of each kind of engine in messages. */
export const ENGINE_NAMES: Readonly<Record<EngineKind, string>> = {
  docker: "Docker",
  process: "a local process",
  swarm: "Docker Swarm",
  kubernetes: "Kubernetes",
};
