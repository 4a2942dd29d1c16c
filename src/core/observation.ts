import type { EngineKind } from "./engine-kind.ts";

/** The address of an app: a literal address or a name, and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Goes through docker-proxy, which accepts before the app listens: a TCP connect alone proves nothing. */
  readonly published: boolean;
  /** The app requires TLS; its certificate is checked only with `verify`. */
  readonly tls?: { readonly verify: boolean };
  /** The port inside the container, where it is not configured and must be found. */
  readonly targetPort?: number;
  /** The port inside the container, where a host names one of its own (`host=port`); absent: that of the other hosts. */
  readonly namedPort?: number;
  /** A connection that is not made within this time is given up; absent: the default. */
  readonly connectTimeoutMs?: number;
  /** Not trusted before its container has run for so long: a more likely one may still come up. */
  readonly afterMs?: number;
}

/** One running copy of a workload: a container, a task, a pod, a process. */
export interface Instance {
  /** The engine's own id of this run of it. */
  readonly id: string;
  /** Its engine lets requests go to it, as far as it checks that apart from `health`. */
  readonly ready: boolean;
  /** It is being stopped: no new request goes to it. */
  readonly ending: boolean;
  /** The machine that it runs on; empty where there is only one. */
  readonly node: string;
  readonly startedAtMs?: number;
  /** Reachable addresses of this one copy, in order of preference. */
  readonly endpoints: readonly Endpoint[];
}

/** What an engine reports of one workload at one time, in our terms. */
export interface Observation {
  readonly name: string;
  /** The engine's own id; it changes when a container is recreated under the same name. Empty when absent. */
  readonly id: string;
  readonly status: "absent" | "stopped" | "running" | "paused" | "restarting";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  /** Set while `starting` and no check of this run has begun: the first one comes so long after its start. */
  readonly firstCheckAfterMs?: number;
  /** The output of the last health check of this run, if that one failed: one short line. */
  readonly checkOutput?: string;
  readonly image: string;
  /** TCP ports that its image exposes, or that it was created with; absent: unknown. */
  readonly exposedPorts?: readonly number[];
  /** What is running, or about to; one at most where the engine knows no replicas. Empty unless running. */
  readonly instances: readonly Instance[];
  /** How many of them its engine is to run; 0: none. */
  readonly wanted: number;
  /** Which version of the workload this is, for a write on condition that nobody else has written; empty: not known. */
  readonly version: string;
  /** What its engine waits for in a few words (`pulling the image`); empty: nothing. */
  readonly note: string;
  /** What keeps it from being ready or made it end, where that has a name: the reason of a failed wake. */
  readonly trouble?: "image" | "unschedulable" | "unhealthy";
  readonly startedAtMs: number | undefined;
  readonly exit: ExitFacts | undefined;
  /** How long it may take to end, as it was created; absent where unknown. */
  readonly stopTimeoutMs?: number;
  /** As in the engine's inventory. */
  readonly labels?: InventoryItem["labels"];
  /** As in the engine's inventory. */
  readonly networkOf?: string;
  /** As in the engine's inventory. */
  readonly refused?: string;
  /** As in the engine's inventory. */
  readonly warning?: string;
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

/** One entry of an engine's inventory: enough to discover labels and to notice a change. */
export interface InventoryItem {
  readonly name: string;
  /** The id and kind of its engine; absent: Docker's, or that of local processes. */
  readonly engine?: string;
  readonly engineKind?: EngineKind;
  readonly id: string;
  readonly status: Observation["status"];
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The container whose network it uses, as the engine calls it: an id, or a name. */
  readonly networkOf?: string;
  /** As in an observation; a list alone does not contain them. */
  readonly exposedPorts?: readonly number[];
  /** Why it cannot be managed although its labels enable it; one sentence. */
  readonly refused?: string;
  /** A warning to its owner, although it is managed; one sentence. */
  readonly warning?: string;
  /** It has just been removed, and keeps its place for its successor. */
  readonly departed?: true;
}

/** What all engines hold. */
export interface FoundItems {
  all(): readonly InventoryItem[];
  /** Those of one name; several engines may have one each. */
  named(name: string): readonly InventoryItem[];
}

/** Returns the inventory entry that an observation makes unnecessary to read; `undefined`: there is none. */
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

/** Assumed after a stop that failed: the probe then finds out. */
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

/** The observation of a workload that does not exist. */
export function absentAs(name: string): Observation {
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

/** The parts of an observation of what does not run. */
export function noInstances(): Pick<Observation, "instances" | "wanted" | "version" | "note"> {
  return { instances: [], wanted: 0, version: "", note: "" };
}

/** The same parts where an engine knows no replicas and the workload runs. */
export function oneInstance(
  id: string,
  endpoints: readonly Endpoint[],
  startedAtMs?: number,
): Pick<Observation, "instances" | "wanted" | "version" | "note"> {
  const started = startedAtMs === undefined ? {} : { startedAtMs };
  const instance: Instance = { id, ready: true, ending: false, node: "", ...started, endpoints };
  return { instances: [instance], wanted: 1, version: "", note: "" };
}

/** Every address of every instance that may be sent requests, in order of preference. */
export function endpointsOf({ instances }: Observation): readonly Endpoint[] {
  return instances.flatMap(({ ready, ending, endpoints }) => (ready && !ending ? endpoints : []));
}

/** What a list reports of a container that does not run. */
export function asleepAs(name: string, item: InventoryItem | undefined, last: Observation | undefined): Observation {
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
