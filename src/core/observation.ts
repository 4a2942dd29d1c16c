/** Where an app can be reached: a literal address or a name, and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Goes through docker-proxy, which accepts before the app listens: a TCP connect alone proves nothing. */
  readonly published: boolean;
  /** The app speaks TLS there; its certificate is looked at only with `verify`. */
  readonly tls?: { readonly verify: boolean };
  /** The port inside of the container, where nobody configured one and it must be found. */
  readonly targetPort?: number;
  /** Not to be believed before its container has run so long: a likelier one may still come up. */
  readonly afterMs?: number;
}

/** What an engine says of one workload at one moment, in our words. */
export interface Observation {
  readonly name: string;
  /** The engine's own id; it changes when a container is created anew under the same name. Empty when absent. */
  readonly id: string;
  readonly status: "absent" | "stopped" | "running" | "paused" | "restarting";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /** Set while `starting` and no check of this run has begun: the first one comes so long after its start. */
  readonly firstCheckAfterMs?: number;
  /** What the last health check of this run wrote, if that one failed: one short plain line. */
  readonly checkOutput?: string;
  readonly image: string;
  /** TCP ports that its image exposes, or that it was made with; absent: not known. */
  readonly exposedPorts?: readonly number[];
  /** Reachable addresses in order of preference; empty unless running. */
  readonly endpoints: readonly Endpoint[];
  readonly startedAtMs: number | undefined;
  readonly exit: ExitFacts | undefined;
  /** How long it may take to end, as it was made; absent where nobody says. */
  readonly stopTimeoutMs?: number;
  /** The engine deletes it as soon as it ends (`docker run --rm`). */
  readonly autoRemove?: true;
  /** Set while it runs in the network of another container; `startedAtMs` is undefined while that one does not run. */
  readonly networkOwner?: { readonly startedAtMs: number | undefined };
}

/** How a workload ended the last time; absent if it never ran. */
export interface ExitFacts {
  readonly code: number;
  readonly oomKilled: boolean;
  /** The engine's own words, for example why a start failed; may be empty. */
  readonly message: string;
  readonly atMs: number | undefined;
}

/** One line of an engine's inventory: enough to discover by label and to notice a change. */
export interface InventoryItem {
  readonly name: string;
  readonly id: string;
  readonly status: Observation["status"];
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The container whose network it uses, as the engine calls it: an id, or a name. */
  readonly networkOf?: string;
  /** As in an observation; a list alone does not tell them. */
  readonly exposedPorts?: readonly number[];
  /** It is gone since a moment, and keeps its place for its successor. */
  readonly departed?: true;
}

/** Assumed after a stop that failed: the probe then finds out. */
export const STILL_RUNNING: Observation = Object.freeze({
  name: "",
  id: "",
  status: "running",
  health: "none",
  image: "",
  endpoints: [],
  startedAtMs: undefined,
  exit: undefined,
});

/** What a list says of a container that does not run. */
export function asleepAs(name: string, item: InventoryItem | undefined, last: Observation | undefined): Observation {
  return {
    name,
    id: item?.id ?? "",
    status: item === undefined || item.departed ? "absent" : "stopped",
    health: "none",
    image: item?.image ?? "",
    ...(last?.exposedPorts && last.id === item?.id && { exposedPorts: last.exposedPorts }),
    endpoints: [],
    startedAtMs: undefined,
    exit: undefined,
  };
}
