import { parseTime } from "../docker/parse-time.ts";
import { nearestNumber, type RawNumber } from "./exact-json.ts";

/** A service: the fields that are read. The object has all others too, because it is sent back. */
export interface Service {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly UpdatedAt?: string;
  readonly Spec: ServiceSpec;
  readonly PreviousSpec?: ServiceSpec;
  readonly UpdateStatus?: { readonly State?: string };
  readonly Endpoint?: { readonly Ports?: readonly PublishedPort[] | null };
}

export interface ServiceSpec {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Mode?: { readonly Replicated?: { readonly Replicas?: number | RawNumber } };
  readonly TaskTemplate?: {
    readonly ContainerSpec?: {
      readonly Image?: string;
      readonly StopGracePeriod?: number | RawNumber;
      readonly TTY?: boolean;
    };
  };
}

export interface PublishedPort {
  readonly Protocol?: string;
  readonly TargetPort?: number;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
}

export interface Task {
  readonly ID: string;
  readonly CreatedAt?: string;
  readonly ServiceID: string;
  /** Its number among the replicas, which its successor gets. */
  readonly Slot?: number;
  /** Missing until a node is assigned. */
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Status: {
    readonly Timestamp?: string;
    readonly State: string;
    readonly Message?: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly ExitCode?: number };
    readonly PortStatus?: { readonly Ports?: readonly PublishedPort[] | null };
  };
  readonly NetworksAttachments?:
    | readonly {
        readonly Network?: { readonly Spec?: { readonly Name?: string } };
        readonly Addresses?: readonly string[] | null;
      }[]
    | null;
}

export interface Node {
  readonly ID: string;
  readonly Description?: { readonly Hostname?: string };
  readonly Status?: { readonly Addr?: string; readonly State?: string };
}

/** The label that keeps the number of replicas while the gateway has scaled a service to 0. */
export const REPLICAS_LABEL = "dag.replicas";

/** Returns the number of tasks that a service should run; `undefined` for a global service or a job. */
export function replicasOf({ Mode }: ServiceSpec): number | undefined {
  return Mode?.Replicated === undefined ? undefined : nearestNumber(Mode.Replicated.Replicas ?? 0);
}

/** Returns whether an update is in progress or paused, during which the service must not be changed. */
export function isBeingUpdated({ UpdateStatus }: Service): boolean {
  return /^(?:updating|rollback_started|paused|rollback_paused)$/.test(UpdateStatus?.State ?? "");
}

/** Returns whether a task runs or may still start. */
export function isAlive({ Status: { State } }: Task): boolean {
  return !/^(?:complete|shutdown|failed|rejected|remove|orphaned)$/.test(State);
}

/** Returns whether a task has ended by itself or could not be started. */
export function hasFailed({ Status: { State } }: Task): boolean {
  return /^(?:failed|rejected|complete)$/.test(State);
}

/** Returns when a task entered its present state. */
export function endOf({ Status }: Task): number {
  return parseTime(Status.Timestamp) ?? 0;
}
