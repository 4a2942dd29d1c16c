import { hostname } from "node:os";
import type { FileConfig } from "../config/parse/load-config.ts";
import type { Engine } from "../lifecycle/ports.ts";
import type { ClusterConnection } from "../engines/kubernetes/connection.ts";
import type { Io } from "./command.ts";

/** Returns whether to use Kubernetes: the file names a cluster, or the gateway runs in a pod. */
export async function usesKubernetes({ env }: Pick<Io, "env">, { kubernetes }: FileConfig): Promise<boolean> {
  if (kubernetes.kubeconfig !== "") return true;
  if (!env["KUBERNETES_SERVICE_HOST"]) return false;
  const { isInCluster } = await import("../engines/kubernetes/connection.ts");
  return isInCluster(env);
}

/** Loads and creates the engine of the cluster. `config` is called at each list. */
export async function loadKubernetesEngine(io: Pick<Io, "env">, config: () => FileConfig): Promise<Engine> {
  const { createKubernetesEngine } = await import("../engines/kubernetes/create-kubernetes-engine.ts");
  const { ownWorkloads } = await import("../engines/kubernetes/own-workloads.ts");
  const { kubernetes } = config();
  const inCluster = kubernetes.kubeconfig === "";
  return createKubernetesEngine({
    connect: () => connectToCluster(io, config()),
    namespaces: kubernetes.namespaces,
    route: kubernetes,
    named: () => config().containers.flatMap(({ name }) => (name.startsWith("kubernetes:") ? name : [])),
    ...(inCluster && { self: ownWorkloads(hostname()) }),
  });
}

/** Reads the connection to the cluster; rejects with one sentence if that is not possible. */
export async function connectToCluster(
  { env }: Pick<Io, "env">,
  { kubernetes }: FileConfig,
): Promise<ClusterConnection> {
  const { kubeconfig: file, context } = kubernetes;
  if (file === "") {
    const { inClusterConnection } = await import("../engines/kubernetes/connection.ts");
    return inClusterConnection(env);
  }
  const { readKubeconfig } = await import("../engines/kubernetes/kubeconfig.ts");
  return readKubeconfig({ file, context });
}
