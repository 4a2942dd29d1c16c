import type { DependencyCondition } from "../../core/settings.ts";

/** The labels of Docker Compose on a container. */
export interface ComposeFacts {
  readonly project: string;
  readonly service: string;
  /** From `docker compose run`: neither a replica of its service nor a possible dependency. */
  readonly oneOff: boolean;
  /** Which replica of its service it is; empty where unknown. A successor has that of its predecessor. */
  readonly number: string;
  readonly needs: readonly ServiceNeed[];
}

export interface ServiceNeed {
  readonly service: string;
  readonly condition: DependencyCondition;
}

export const COMPOSE_DEPENDS_ON = "com.docker.compose.depends_on";

/**
 * Reads the labels of Compose v2; `undefined` on a container that Compose didn't make. Projects of the same name on several
 * Docker hosts have nothing to do with each other: that of another `engine` than the usual one is called `engine:project`.
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

/** `db:service_healthy:true,cache:service_started:false`; the part after the condition is about restarts. */
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
