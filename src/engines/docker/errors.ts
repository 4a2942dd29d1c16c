import { statSync } from "node:fs";
import { EngineError } from "../../lifecycle/ports.ts";
import type { Connection } from "./connection.ts";

/** Translates an error of dockerode or Node into one that says what happened and what to do. */
export function toEngineError(cause: unknown, connection: Connection, timeoutMs: number): EngineError {
  if (cause instanceof EngineError) return cause;
  const { code, status, message } = facts(cause);
  if (status !== undefined) return new EngineError(...answered(status, message, connection), { cause });
  const what = unreached(code, message, connection, timeoutMs);
  return new EngineError("unreachable", connection.hint === "" ? what : `${what}. ${connection.hint}`, { cause });
}

function answered(status: number, message: string, connection: Connection): [EngineError["code"], string] {
  if (/no such container|no container with name or id|is marked for removal/i.test(message)) return ["absent", message];
  if (WANTS_TLS.test(message)) {
    return ["unreachable", `${connection.target} requires TLS: set ${wantsTls(connection)}`];
  }
  if (status === 403) {
    return ["refused", `${connection.target} forbids this call (403): allow it in the socket proxy. ${message}`.trim()];
  }
  // At shutdown Docker closes its database first; for about a second it still responds, but cannot start containers.
  if (/store for object type \*libnetwork/.test(message)) {
    return ["unreachable", `${connection.target} is being shut down: ${message}`];
  }
  if (status >= 502 && status <= 504)
    return ["unreachable", `${connection.target} answered ${status}: check whether Docker runs`];
  if (message === "" && status === 404) return ["refused", `${connection.target} does not support this call (404)`];
  return ["refused", message || `${connection.target} answered ${status}`];
}

function unreached(
  code: string,
  message: string,
  { target, socketPath, settings }: Connection,
  timeoutMs: number,
): string {
  switch (code) {
    case "ENOENT":
      return `There is no Docker socket at ${target}: start Docker, mount the socket into the gateway's container (-v ${target}:${target}), or set ${settings.host}`;
    case "EACCES":
      return `No permission to use ${target}: ${groupHint(socketPath)}`;
    case "ECONNREFUSED":
      return `Nothing listens at ${target}: start Docker, or set ${settings.host}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The host name in ${settings.host} (${target}) cannot be resolved`;
    case "ABORT_ERR":
    case "TimeoutError":
      return `Docker at ${target} did not answer within ${timeoutMs / 1000} s`;
    case "ECONNRESET":
    case "EPIPE":
      return `Docker at ${target} closed the connection; it may be restarting`;
    default:
      return /CERT|SSL|TLS|self.signed/i.test(`${code} ${message}`)
        ? `TLS with ${target} failed (${message}): check ${settings.tls}`
        : `Docker at ${target} cannot be reached: ${message}`;
  }
}

function wantsTls({ settings }: Connection): string {
  return settings.tls === "DOCKER_CERT_PATH" ? "DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH" : settings.tls;
}

function groupHint(socketPath: string | undefined): string {
  const group = socketPath && statSync(socketPath, { throwIfNoEntry: false })?.gid;
  return group === undefined || group === ""
    ? "run the gateway as a user that may open it"
    : `it belongs to group ${group}, so add the gateway to that group (in a container: --group-add ${group})`;
}

const WANTS_TLS = /HTTP request to an HTTPS server/;

interface Facts {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

function facts(cause: unknown): Facts {
  const error = cause as Partial<Record<"code" | "name" | "statusCode" | "reason" | "message" | "json", unknown>>;
  const own = (error.json as { message?: unknown } | null | undefined)?.message;
  const code = firstText(error.code, error.name);
  // OpenSSL's message consists of numbers and source files around its reason.
  if (typeof error.statusCode !== "number")
    return { code, status: undefined, message: firstText(error.reason, error.message) };
  // This answer has no JSON, because it is not from the API.
  if (WANTS_TLS.test(firstText(error.message)))
    return { code, status: error.statusCode, message: firstText(error.message) };
  // A 404 without JSON is not from the API (Podman lacks some calls) and does not mean a missing container.
  return { code, status: error.statusCode, message: firstText(own, error.statusCode === 404 ? "" : error.reason) };
}

function firstText(...values: readonly unknown[]): string {
  return values.find((value) => typeof value === "string")?.trim() ?? "";
}
