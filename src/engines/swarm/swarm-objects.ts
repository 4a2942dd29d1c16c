import { parseTime } from "../docker/parse-time.ts";
import { nearestNumber, type RawNumber } from "./exact-json.ts";

/** The parts of Swarm's objects that are read; the whole service is kept as well, because it is written back. */
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
  /** Its place among the replicas, which its successor takes. */
  readonly Slot?: number;
  /** Missing while no node was found for it. */
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

/** The number that a service was to run when the gateway scaled it to 0. */
export const REPLICAS_LABEL = "dag.replicas";

/** How many tasks a service is to run; `undefined`: it is global or a job, which cannot be scaled. */
export function replicasOf({ Mode }: ServiceSpec): number | undefined {
  return Mode?.Replicated === undefined ? undefined : nearestNumber(Mode.Replicated.Replicas ?? 0);
}

/** Somebody else is rolling it out, or has to settle how that goes on: it must not be written to. */
export function isBeingUpdated({ UpdateStatus }: Service): boolean {
  return /^(?:updating|rollback_started|paused|rollback_paused)$/.test(UpdateStatus?.State ?? "");
}

/** Whether a task may still come to run, or does. */
export function isAlive({ Status: { State } }: Task): boolean {
  return !/^(?:complete|shutdown|failed|rejected|remove|orphaned)$/.test(State);
}

/** Whether a task has ended by itself, or could not be started. */
export function hasFailed({ Status: { State } }: Task): boolean {
  return /^(?:failed|rejected|complete)$/.test(State);
}

/** When a task came to its last state. */
export function endOf({ Status }: Task): number {
  return parseTime(Status.Timestamp) ?? 0;
}
