import type { EngineKind } from "./engine-kind.ts";

/** The address of an app: a literal address or a name, and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** A published port: docker-proxy accepts connections before the app listens, so a TCP connect proves nothing. */
  readonly published: boolean;
  /** Set if the app requires TLS; its certificate is checked only with `verify`. */
  readonly tls?: { readonly verify: boolean };
  /** The port inside the container, if it is not configured but has to be found. */
  readonly targetPort?: number;
  /** The port inside the container, for hosts with their own one (`host=port`); absent: the workload's port. */
  readonly namedPort?: number;
  /** The timeout of a connect; absent: the default. */
  readonly connectTimeoutMs?: number;
  /** Not used before its container has run for this long, because a more likely port may still open. */
  readonly afterMs?: number;
}

/** One running copy of a workload: a container, a task, a pod, a process. */
export interface Instance {
  /** The engine's id of this run of the instance. */
  readonly id: string;
  /** The engine considers it ready, apart from the `health` of the observation. */
  readonly ready: boolean;
  /** It is being stopped and gets no new requests. */
  readonly ending: boolean;
  /** The machine on which it runs; empty if the engine has only one. */
  readonly node: string;
  readonly startedAtMs?: number;
  /** Reachable addresses of this instance, in order of preference. */
  readonly endpoints: readonly Endpoint[];
}

/** What an engine reports about one workload at one time, in our terms. */
export interface Observation {
  readonly name: string;
  /** The engine's id, which changes when the container is recreated with the same name. Empty if absent. */
  readonly id: string;
  readonly status: "absent" | "stopped" | "running" | "paused" | "restarting";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /**
   * Set while `health` is `starting` and no check of this run has begun: the delay from the start to the first check.
   */
  readonly firstCheckAfterMs?: number;
  /** One short line: the output of this run's last health check, if that failed. */
  readonly checkOutput?: string;
  readonly image: string;
  /** The TCP ports that its image or its own configuration exposes; absent: unknown. */
  readonly exposedPorts?: readonly number[];
  /** The instances that run or are about to; at most one if the engine has no replicas. Empty unless `running`. */
  readonly instances: readonly Instance[];
  /** The number of instances that the engine should run. */
  readonly wanted: number;
  /**
   * The version of the workload's definition, for a write that must fail if somebody else has written; empty: unknown.
   */
  readonly version: string;
  /** What the engine is waiting for, in a few words (`pulling the image`); empty: nothing. */
  readonly note: string;
  /** A known reason why it is not ready or has ended; becomes the reason of a failed wake. */
  readonly trouble?: "image" | "unschedulable" | "unhealthy";
  /** Somebody's update of it is in progress or paused, so it must not be stopped. */
  readonly updating?: true;
  readonly startedAtMs: number | undefined;
  readonly exit: ExitFacts | undefined;
  /** The stop timeout with which it was created; absent: unknown. */
  readonly stopTimeoutMs?: number;
  /** As in the engine's inventory. */
  readonly labels?: InventoryItem["labels"];
  /** As in the engine's inventory. */
  readonly networkOf?: string;
  /** As in the engine's inventory. */
  readonly refused?: string;
  /** As in the engine's inventory. */
  readonly warning?: string;
  /** The engine deletes it when it ends (`docker run --rm`). */
  readonly autoRemove?: true;
  /**
   * Set while it runs in the network of another container; `startedAtMs` is undefined while that container is stopped.
   */
  readonly networkOwner?: { readonly startedAtMs: number | undefined };
}

/** How the last run of a workload ended. */
export interface ExitFacts {
  readonly code: number;
  readonly oomKilled: boolean;
  /** The engine's own text, for example why a start failed; may be empty. */
  readonly message: string;
  readonly atMs: number | undefined;
}

/** One entry of an engine's inventory: enough to discover labels and to notice a change. */
export interface InventoryItem {
  readonly name: string;
  /** The id of its engine; absent: Docker's, or that of local processes. */
  readonly engine?: string;
  readonly engineKind?: EngineKind;
  readonly id: string;
  readonly status: Observation["status"];
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The id or name of the container whose network it uses. */
  readonly networkOf?: string;
  /** As in an observation; an engine's list does not contain them. */
  readonly exposedPorts?: readonly number[];
  /** One sentence: why it cannot be managed although its labels enable it. */
  readonly refused?: string;
  /** One sentence that warns its owner; it is managed all the same. */
  readonly warning?: string;
  /** It has just been removed; its entry is kept for a successor. */
  readonly departed?: true;
}

/** The inventory entries of all engines. */
export interface FoundItems {
  all(): readonly InventoryItem[];
  /** The entries with this name; several engines may have one each. */
  named(name: string): readonly InventoryItem[];
}

/** Derives an inventory entry from an observation, which saves a read; `undefined` if the workload is absent. */
export function itemOf(observation: Observation): InventoryItem | undefined {
  const { name, id, status, image, labels = {}, networkOf, refused, warning } = observation;
  if (status === "absent") return undefined;
  return {
    name,
    id,
    status,
    image,
    labels,
    ...(networkOf !== undefined && { networkOf }),
    ...(refused !== undefined && { refused }),
    ...(warning !== undefined && { warning }),
  };
}

/** Assumed after a failed stop; the probe that follows determines the real state. */
export const STILL_RUNNING: Observation = Object.freeze({
  name: "",
  id: "",
  status: "running",
  health: "none",
  image: "",
  ...noInstances(),
  startedAtMs: undefined,
  exit: undefined,
});

/** Creates the observation of a workload that does not exist. */
export function absentObservation(name: string): Observation {
  return {
    name,
    id: "",
    status: "absent",
    health: "none",
    image: "",
    ...noInstances(),
    startedAtMs: undefined,
    exit: undefined,
  };
}

/** Creates the instance fields of a workload that does not run. */
export function noInstances(): Pick<Observation, "instances" | "wanted" | "version" | "note"> {
  return { instances: [], wanted: 0, version: "", note: "" };
}

/** Creates the instance fields of a running workload whose engine has no replicas. */
export function oneInstance(
  id: string,
  endpoints: readonly Endpoint[],
  startedAtMs?: number,
): Pick<Observation, "instances" | "wanted" | "version" | "note"> {
  const started = startedAtMs === undefined ? {} : { startedAtMs };
  const instance: Instance = { id, ready: true, ending: false, node: "", ...started, endpoints };
  return { instances: [instance], wanted: 1, version: "", note: "" };
}

/** Returns the addresses of all instances that may get requests, in order of preference. */
export function endpointsOf({ instances }: Observation): readonly Endpoint[] {
  return instances.flatMap(({ ready, ending, endpoints }) => (ready && !ending ? endpoints : []));
}

/** Creates the observation of a stopped container from an engine's list. */
export function stoppedObservation(
  name: string,
  item: InventoryItem | undefined,
  last: Observation | undefined,
): Observation {
  const exposedPorts = item?.exposedPorts ?? (last?.id === item?.id ? last?.exposedPorts : undefined);
  return {
    name,
    id: item?.id ?? "",
    status: item === undefined || item.departed ? "absent" : "stopped",
    health: "none",
    image: item?.image ?? "",
    ...(exposedPorts && { exposedPorts }),
    ...noInstances(),
    startedAtMs: undefined,
    exit: undefined,
  };
}
