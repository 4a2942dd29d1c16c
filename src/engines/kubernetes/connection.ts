import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { ConnectionOptions } from "node:tls";
import { EngineError } from "../../lifecycle/ports.ts";

/** The address of a cluster's API server, and the gateway's credentials. */
export interface ClusterConnection {
  readonly url: URL;
  readonly tls: ConnectionOptions;
  /** Returns the current bearer token; a pod's token is replaced every hour. `isRefused`: the last one was refused. */
  readonly token: (isRefused?: boolean) => string | undefined;
}

/** The variables with which a pod finds its API server. */
export type ClusterEnvironment = Readonly<
  Partial<Record<"KUBERNETES_SERVICE_HOST" | "KUBERNETES_SERVICE_PORT", string | undefined>>
>;

/** The directory of a pod's credentials. */
export const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Returns whether this process runs in a pod that has a service account. */
export function isInCluster(environment: ClusterEnvironment, directory = SERVICE_ACCOUNT_DIRECTORY): boolean {
  const token = statSync(path.join(directory, "token"), { throwIfNoEntry: false });
  return Boolean(environment.KUBERNETES_SERVICE_HOST) && token !== undefined;
}

/** Creates the connection of a pod; throws `EngineError` if a file is missing. */
export function inClusterConnection(
  environment: ClusterEnvironment,
  directory = SERVICE_ACCOUNT_DIRECTORY,
): ClusterConnection {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "443" } = environment;
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const ca = readFileSync(path.join(directory, "ca.crt"), "utf8");
    const token = tokenFromFile(path.join(directory, "token"));
    token();
    return { url: new URL(`https://${name}:${port}`), tls: { ca }, token };
  } catch (error) {
    const message = `the service account cannot be read: ${(error as Error).message}; outside of a pod, set kubernetes.kubeconfig`;
    throw new EngineError("refused", message, { cause: error });
  }
}

const TOKEN_AGE_MS = 60_000;

/**
 * Creates a reader of a token file, which reads again once a minute and after a refusal; falls back to the last token.
 */
export function tokenFromFile(
  file: string,
  now: () => number = () => performance.now(),
): (isRefused?: boolean) => string {
  let token: string | undefined;
  let readAtMs = 0;
  return (isRefused = false) => {
    if (!isRefused && token !== undefined && now() - readAtMs < TOKEN_AGE_MS) return token;
    readAtMs = now();
    try {
      token = readFileSync(file, "utf8").trim();
    } catch (error) {
      if (token === undefined) throw error;
    }
    return token;
  };
}
