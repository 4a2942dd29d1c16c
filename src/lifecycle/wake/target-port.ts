import { portsToTry } from "../../core/target-ports.ts";
import { endpointsOf, type Observation } from "../../core/observation.ts";
import type { WorkloadSettings } from "../../core/settings.ts";
import type { WorkloadState } from "../../core/workload-state.ts";

/** The part of a record that determines its port. */
interface PortFacts {
  readonly settings: Pick<WorkloadSettings, "targetPort" | "findsPort">;
  readonly observation: Observation | undefined;
  readonly state: WorkloadState;
  answeredPort: number | undefined;
}

/** Returns the port inside the container: the configured one, else the one that answered last, else the likeliest. */
export function targetPortOf({ settings, observation, answeredPort }: PortFacts): number | undefined {
  if (!settings.findsPort) return settings.targetPort;
  const exposed = observation?.exposedPorts;
  const tries = portsToTry(exposed ?? [], false).map(({ port }) => port);
  const isStillTried = exposed === undefined || tries.includes(answeredPort ?? 0);
  return (isStillTried ? answeredPort : undefined) ?? tries[0];
}

/** Returns the number of a port inside the container. */
export function numberOf(record: PortFacts, { namedPort }: { readonly namedPort?: number | undefined }): number {
  return namedPort ?? targetPortOf(record) ?? HTTP_PORT;
}

const HTTP_PORT = 80;

/** Notes the port on which it is ready, if none is configured. */
export function rememberPort(record: PortFacts): void {
  const { state } = record;
  const target = state.status === "ready" ? state.targets.find(({ namedPort }) => namedPort === undefined) : undefined;
  const port = target?.targetPort;
  if (port !== undefined) record.answeredPort = port;
}

/** Returns the ports that were tried and the other ports that the image exposes, for the text of a failure. */
export function triedPorts({ settings, observation }: PortFacts): {
  readonly ports: readonly number[];
  readonly others: readonly number[];
} {
  const exposed = observation?.exposedPorts ?? [];
  const met = new Set(observation && endpointsOf(observation).flatMap(({ targetPort }) => targetPort ?? []));
  const likely = met.size > 0 ? [...met] : portsToTry(exposed, false).map(({ port }) => port);
  const tried = settings.findsPort ? likely : [settings.targetPort ?? []].flat();
  const others = exposed.filter((port) => !tried.includes(port));
  const isNamed = settings.findsPort || !exposed.includes(settings.targetPort ?? 0);
  return {
    ports: tried,
    others: isNamed ? others : [],
  };
}
