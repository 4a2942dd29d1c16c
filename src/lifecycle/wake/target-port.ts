import { portsToTry } from "../../core/target-ports.ts";
import { endpointsOf, type Observation } from "../../core/observation.ts";
import type { WorkloadSettings } from "../../core/settings.ts";
import type { WorkloadState } from "../../core/workload-state.ts";

/** The part of a record that ports are found by. */
interface PortFacts {
  readonly settings: Pick<WorkloadSettings, "targetPort" | "findsPort">;
  readonly observation: Observation | undefined;
  readonly state: WorkloadState;
  answeredPort: number | undefined;
}

/** The port inside of the container: the one that is configured, else the one that answered last, else the likeliest. */
export function targetPortOf({ settings, observation, answeredPort }: PortFacts): number | undefined {
  if (!settings.findsPort) return settings.targetPort;
  const exposed = observation?.exposedPorts;
  const tries = portsToTry(exposed ?? [], false).map(({ port }) => port);
  const isStillTried = exposed === undefined || tries.includes(answeredPort ?? 0);
  return (isStillTried ? answeredPort : undefined) ?? tries[0];
}

/** The number of a port inside of the container. */
export function numberOf(record: PortFacts, { namedPort }: { readonly namedPort?: number | undefined }): number {
  return namedPort ?? targetPortOf(record) ?? HTTP_PORT;
}

const HTTP_PORT = 80;

/** Notes where it is ready, while no port is configured. */
export function rememberPort(record: PortFacts): void {
  const { state } = record;
  const target = state.status === "ready" ? state.targets.find(({ namedPort }) => namedPort === undefined) : undefined;
  const port = target?.targetPort;
  if (port !== undefined) record.answeredPort = port;
}

/** The ports that were tried, and others that its image exposes: the part of a failure about ports. */
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
