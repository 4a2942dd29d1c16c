import type { DependencyCondition } from "../../core/settings.ts";

/** The labels of Docker Compose on a container. */
export interface ComposeFacts {
  readonly project: string;
  readonly service: string;
  /** Created by `docker compose run`: neither a replica of its service nor a possible dependency. */
  readonly oneOff: boolean;
  /** The number of the replica; empty if unknown. A successor has that of its predecessor. */
  readonly number: string;
  readonly needs: readonly ServiceNeed[];
}

/** A dependency on a service of the same project. */
export interface ServiceNeed {
  readonly service: string;
  readonly condition: DependencyCondition;
}

/** The label in which Compose stores `depends_on`. */
export const COMPOSE_DEPENDS_ON = "com.docker.compose.depends_on";

/**
 * Reads the labels of Compose v2; `undefined` if Compose did not create the container. Projects with the same name on
 * several Docker hosts are independent, so those of another `engine` are called `engine:project`.
 */
export function readComposeLabels(labels: Readonly<Record<string, string>>, engine?: string): ComposeFacts | undefined {
  const name = labels["com.docker.compose.project"] ?? "";
  const project = name === "" || engine === undefined ? name : `${engine}:${name}`;
  const service = labels["com.docker.compose.service"] ?? "";
  if (project === "" || service === "") return undefined;
  return {
    project,
    service,
    oneOff: (labels["com.docker.compose.oneoff"] ?? "").toLowerCase() === "true",
    number: labels["com.docker.compose.container-number"] ?? "",
    needs: parseNeeds(labels[COMPOSE_DEPENDS_ON] ?? ""),
  };
}

/** Parses `db:service_healthy:true,cache:service_started:false`; the last part concerns restarts and is ignored. */
function parseNeeds(text: string): ServiceNeed[] {
  return text
    .split(",")
    .map((item) => item.trim().split(":"))
    .filter(([service]) => service !== undefined && service !== "")
    .map(([service = "", condition = ""]) => ({ service, condition: CONDITIONS[condition] ?? "started" }));
}

const CONDITIONS: Readonly<Record<string, DependencyCondition>> = {
  service_started: "started",
  service_healthy: "healthy",
  service_completed_successfully: "completed",
};
