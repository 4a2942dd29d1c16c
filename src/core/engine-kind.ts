/** What starts and stops workloads. */
export type EngineKind = "docker" | "process" | "swarm" | "kubernetes";

/** What an engine can do; a setting that needs what its engine lacks is a fault at load. */
export interface EngineCapabilities {
  readonly pause: boolean;
  readonly throttle: boolean;
  readonly usage: boolean;
  /** A stop on condition that nobody else has changed the workload (`onlyIf`). */
  readonly conditionalStop: boolean;
  /** A stop by a signal of the order's choice, `stop_method: kill` included. */
  readonly stopSignal: boolean;
  /** A stop with a time of the order's choice. */
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

/** What each kind of engine can do at best; one may lack more where it runs. */
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
