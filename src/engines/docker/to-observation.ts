import type { ContainerInspectInfo } from "dockerode";
import {
  absentObservation,
  type Endpoint,
  type ExitFacts,
  noInstances,
  type Observation,
  oneInstance,
} from "../../core/observation.ts";
import { ownerIn } from "./inspect.ts";
import { healthFacts } from "./health-facts.ts";
import { ownStopTimeoutMs } from "./own-stop-timeout.ts";
import { parseTime } from "./parse-time.ts";

/** Translates Docker's inspection of a container; `endpoints` are dropped unless it runs. `api`: the API version. */
export function toObservation(
  name: string,
  inspected: ContainerInspectInfo,
  endpoints: readonly Endpoint[],
  api: string,
): Observation {
  const { State: state } = inspected;
  const status = toStatus(state.Status);
  if (status === "absent") return absentObservation(name);
  const up = status === "running" || status === "paused";
  const startedAtMs = up ? parseTime(state.StartedAt) : undefined;
  return {
    name,
    id: inspected.Id,
    status,
    ...healthFacts(inspected, api),
    image: inspected.Config.Image,
    labels: inspected.Config.Labels ?? {},
    ...networkOf(inspected),
    exposedPorts: exposedPorts(inspected),
    ...(up ? oneInstance(inspected.Id, endpoints, startedAtMs) : noInstances()),
    startedAtMs,
    exit: up ? undefined : toExit(state),
    stopTimeoutMs: ownStopTimeoutMs(inspected),
    ...(inspected.HostConfig.AutoRemove === true && { autoRemove: true as const }),
  };
}

function networkOf({ HostConfig: { NetworkMode } }: ContainerInspectInfo): Pick<Observation, "networkOf"> {
  const owner = ownerIn(NetworkMode);
  return owner === undefined ? {} : { networkOf: owner };
}

/** Returns the TCP ports that a container or its image exposes, in order. */
export function exposedPorts({ Config: config }: ContainerInspectInfo): number[] {
  const ports = Object.keys(config.ExposedPorts ?? {}).flatMap((key) => /^(\d+)(?:\/tcp)?$/.exec(key)?.[1] ?? []);
  return ports.map(Number).toSorted((a, b) => a - b);
}

/** Translates the state names of Docker, and of Podman, which has more. */
export function toStatus(word: string): Observation["status"] {
  switch (word) {
    case "running":
    case "stopping":
      return "running";
    case "paused":
    case "restarting":
      return word;
    case "removing":
      return "absent";
    default:
      return "stopped";
  }
}

function toExit(state: ContainerInspectInfo["State"]): ExitFacts | undefined {
  const atMs = parseTime(state.FinishedAt);
  if (atMs === undefined && !state.Error) return undefined;
  return { code: state.ExitCode, oomKilled: state.OOMKilled, message: state.Error ?? "", atMs };
}
