import { read, unreadable, type Reading } from "../schema/reading.ts";
import type { KeyPath } from "../schema/key-path.ts";
import type { Fault } from "../check/faults.ts";

/** The process environment as a plain record; only `main.ts` reads the real one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that overrides the file. */
export interface EnvironmentVariable {
  readonly variable: string;
  readonly path: KeyPath;
  /** `VARIABLE_FILE` may contain the path of a file with the value (Docker and Kubernetes secrets). */
  readonly fromFile: boolean;
}

/** All variables that override the file. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  { variable: "DISCOVERY_INTERVAL", path: ["gateway", "discovery_interval"], fromFile: false },
  { variable: "SCHEDULE_TIMEZONE", path: ["gateway", "schedule_timezone"], fromFile: false },
  { variable: "ADMIN_AUTH_METHOD", path: ["gateway", "admin_auth", "method"], fromFile: false },
  { variable: "ADMIN_AUTH_USERNAME", path: ["gateway", "admin_auth", "username"], fromFile: true },
  { variable: "ADMIN_AUTH_PASSWORD", path: ["gateway", "admin_auth", "password"], fromFile: true },
  { variable: "ADMIN_AUTH_TOKEN", path: ["gateway", "admin_auth", "token"], fromFile: true },
];

/** The variable with the path of the configuration file. */
export const CONFIG_PATH_VARIABLE = "CONFIG_PATH";
/** The path of the configuration file without that variable. */
export const DEFAULT_CONFIG_PATH = "/etc/gateway/config.yaml";

/** Variables without a key in the file, with their descriptions for the generated documentation. */
export const PROCESS_VARIABLES: Readonly<Record<string, string>> = {
  [CONFIG_PATH_VARIABLE]: `The configuration file. Default: \`${DEFAULT_CONFIG_PATH}\`, which may be missing; if a file that you set is missing, the log warns.`,
  LOG_LEVEL:
    "What is logged: `debug`, `info` (the default), `warn`, `error` or `silent`. Lines are JSON; at a terminal they are formatted for people.",
  DOCKER_HOST:
    "Address of Docker: `unix:///var/run/docker.sock` (the default) or `tcp://HOST:PORT`. `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` work as for the docker command; contexts are not used.",
  OTEL_EXPORTER_OTLP_ENDPOINT:
    "Address for OpenTelemetry traces; unset: no traces. It and the other standard `OTEL_` variables are in [tracing](tracing.md).",
  GATEWAY_URL:
    "Address of the running gateway for commands (`dag list`, `dag wake`, `dag explain`, `dag health`, `dag check --front` and others). Default: the configured port on this machine.",
};

/** The overrides of the environment, and faults. */
export interface EnvironmentOverrides {
  readonly overrides: readonly Override[];
  readonly faults: readonly Fault[];
}

/** One overridden key. */
export interface Override {
  readonly path: KeyPath;
  readonly value: string;
  /** The variable that is set, perhaps with `_FILE`. */
  readonly variable: string;
}

/** Reads the overrides from the environment. An empty variable counts as unset; `readSecret` may throw. */
export function readEnvironment(env: Environment, readSecret: (path: string) => string): EnvironmentOverrides {
  const overrides: Override[] = [];
  const faults: Fault[] = [];
  for (const each of ENVIRONMENT_VARIABLES) {
    const variable = nameOfSet(each, env);
    if (variable === undefined) continue;
    const reading = readVariable(each, env, readSecret);
    if (reading.ok) overrides.push({ path: each.path, value: reading.value, variable });
    else faults.push({ place: { kind: "environment", variable }, key: "", message: reading.fault });
  }
  return { overrides, faults };
}

function nameOfSet({ variable, fromFile }: EnvironmentVariable, env: Environment): string | undefined {
  if (isSet(env[variable])) return variable;
  return fromFile && isSet(env[`${variable}_FILE`]) ? `${variable}_FILE` : undefined;
}

function readVariable(
  { variable, fromFile }: EnvironmentVariable,
  env: Environment,
  readSecret: (path: string) => string,
): Reading<string> {
  const value = env[variable];
  const file = fromFile ? env[`${variable}_FILE`] : undefined;
  if (isSet(value) && isSet(file)) return unreadable(`${variable} and ${variable}_FILE are both set; keep one`);
  if (isSet(value)) return read(value);
  return readFileOf(file ?? "", readSecret);
}

function readFileOf(path: string, readSecret: (path: string) => string): Reading<string> {
  try {
    // Editors and `echo` append a line break that is not part of the secret.
    const secret = readSecret(path).replace(/\r?\n$/, "");
    return secret === "" ? unreadable(`the file ${JSON.stringify(path)} is empty`) : read(secret);
  } catch (error) {
    return unreadable(`cannot read the file ${JSON.stringify(path)}: ${codeOf(error)}`);
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unreadable";
  return code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8 text" : code;
}
