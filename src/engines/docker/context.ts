import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

/** The default address of Docker. */
export const DEFAULT_SOCKET = "/var/run/docker.sock";

/** The variables from which the docker command determines its context. */
export type ContextEnvironment = Readonly<
  Partial<Record<"DOCKER_CONTEXT" | "DOCKER_CONFIG" | "HOME", string | undefined>>
>;

/**
 * Returns what to set so that the gateway uses the same Docker as the docker command, if a context selects that;
 * `undefined` without a context, or if the context names the default socket.
 */
export function contextHint(environment: ContextEnvironment): string | undefined {
  const { DOCKER_CONFIG, HOME, DOCKER_CONTEXT } = environment;
  const folder = DOCKER_CONFIG || (HOME && path.join(HOME, ".docker"));
  if (!folder) return undefined;
  const name = DOCKER_CONTEXT || property(readJson(path.join(folder, "config.json")), "currentContext");
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const endpoints = property(readJson(path.join(folder, "contexts/meta", id, "meta.json")), "Endpoints");
  const host = property(property(endpoints, "docker"), "Host");
  if (typeof host !== "string" || host === `unix://${DEFAULT_SOCKET}`) return undefined;
  return `The docker command uses the context "${name}": ${remedy(host, path.join(folder, "contexts/tls", id, "docker"))}`;
}

function remedy(host: string, certificates: string): string {
  if (host.startsWith("ssh://"))
    return `it points to ${host}; forward that machine's socket (ssh -L) and set DOCKER_HOST to it`;
  const hasCertificates = readText(path.join(certificates, "ca.pem")) !== undefined;
  const tls = hasCertificates ? `, DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH=${certificates}` : "";
  return `set DOCKER_HOST=${host}${tls}`;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file) ?? "null");
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
