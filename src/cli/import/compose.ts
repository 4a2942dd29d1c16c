import { parse, YAMLParseError } from "yaml";
import type { Service, ServiceDependency } from "./types.ts";

/**
 * Parses the services of a Compose file; throws an error with one sentence if it is invalid. `folder` is the name of
 * its directory.
 */
export function readCompose(
  text: string,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly Service[] {
  const file = mapOf(readYaml(text));
  const services = mapOf(file["services"]);
  if (Object.keys(services).length === 0) throw new TypeError("no services found: not a Compose file");
  const fill = (value: unknown): string => interpolate(scalar(value), env);
  const project = projectName(fill(file["name"] ?? "") || env["COMPOSE_PROJECT_NAME"] || folder);
  return Object.entries(services).map(([name, described]) => {
    const service = mapOf(described);
    return {
      id: name,
      service: name,
      container: fill(service["container_name"] ?? "") || `${project}-${name}-1`,
      labels: pairs(service["labels"], fill),
      ports: [...listOf(service["ports"]).map(portOf), ...listOf(service["expose"]).map(portOf)].filter(isPort),
      dependsOn: dependenciesOf(service["depends_on"]),
      command:
        typeof service["command"] === "string" ? service["command"].split(/\s+/) : listOf(service["command"]).map(fill),
      environment: pairs(service["environment"], fill),
      networkMode: fill(service["network_mode"] ?? ""),
    };
  });
}

/** Parses YAML with merge keys; throws an error with one sentence. */
export function readYaml(text: string): unknown {
  try {
    return parse(text, { merge: true, logLevel: "error" });
  } catch (error) {
    if (error instanceof YAMLParseError)
      throw new TypeError(`not valid YAML: ${error.message.split(/:?\n/)[0]}`, { cause: error });
    throw error;
  }
}

/** Returns a value if it is a map, else an empty map. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Returns a value if it is a list, else an empty list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a text, number or boolean as text, else an empty text. */
export function scalar(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Parses `["a=1"]` or `{a: 1}`. */
function pairs(value: unknown, fill: (value: unknown) => string): Record<string, string> {
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(mapOf(value)).map(([key, text]) => [key, fill(text)]));
  return Object.fromEntries(
    value.map((item) => {
      const [key = "", ...rest] = fill(item).split("=");
      return [key, rest.join("=")];
    }),
  );
}

/** Parses `["db"]` or `{db: {condition: service_healthy}}`. */
function dependenciesOf(value: unknown): readonly ServiceDependency[] {
  if (Array.isArray(value)) return value.map((id) => ({ id: scalar(id), isOneShot: false }));
  return Object.entries(mapOf(value)).map(([id, described]) => {
    return { id, isOneShot: mapOf(described)["condition"] === "service_completed_successfully" };
  });
}

/** Returns the port inside the container from `80`, `8080:80`, `127.0.0.1:8080:80/tcp` or `{target: 80}`. */
function portOf(value: unknown): number {
  const target = typeof value === "object" ? mapOf(value)["target"] : scalar(value).split(":").at(-1)?.split("/")[0];
  return Number(target);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** Derives the name of a project from a directory, as Compose does. */
function projectName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME-default}` as Compose does; `$$` is a dollar. A variable
 * that is not set stays as it is, which shows what is missing better than an empty host.
 */
export function interpolate(text: string, env: Environment): string {
  return text.replace(PLACE, (place: string, ...[braced, operator, other = "", bare = ""]: (string | undefined)[]) => {
    if (place === "$$") return "$";
    const value = env[braced ?? bare];
    if (value !== undefined && (value !== "" || operator !== ":-")) return value;
    return operator === undefined ? place : other;
  });
}

const PLACE = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?-)([^}]*))?\}|\$([A-Za-z_]\w*)/g;
