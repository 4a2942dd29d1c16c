import type { TestContext } from "node:test";
import { RIGHTS } from "../../../src/engines/kubernetes/rights.ts";
import { type Gateway, type GatewaySpec, startGateway } from "../gateway.ts";
import { waitUntil } from "../wait-until.ts";
import type { KubeBed } from "./bed.ts";
import { pathOf } from "./kube-api.ts";
import { workload, type WorkloadSpec } from "./manifests.ts";

/** The rules of a role with the permissions that the gateway needs. */
export const leastRules = RIGHTS.map(({ apiGroup, resources, verbs }) => ({ apiGroups: [apiGroup], resources, verbs }));

/** A gateway that manages one namespace of a cluster, with minimal permissions. */
export interface ClusterGateway {
  readonly gateway: Gateway;
  readonly namespace: string;
  /** Creates or updates a workload with the host `NAME.test`; resolves when the gateway knows it. */
  deploy(spec: Omit<WorkloadSpec, "namespace">): Promise<void>;
  /** Returns the status of a workload. */
  status(name: string): Promise<any>;
  untilStatus(name: string, status: string): Promise<any>;
  /** Stops it like the dashboard's button. */
  sleep(name: string): Promise<void>;
  /** Returns its `spec.replicas`. */
  replicas(name: string): Promise<number>;
  path(name: string, kind?: WorkloadSpec["kind"]): string;
}

interface ClusterGatewaySpec extends Omit<GatewaySpec, "config"> {
  readonly config?: object;
  /** Further keys of `kubernetes`. */
  readonly cluster?: object;
}

/** Starts the gateway with a kubeconfig. */
export async function startClusterGateway(
  t: TestContext,
  bed: KubeBed,
  { config = {}, cluster = {}, ...spec }: ClusterGatewaySpec = {},
): Promise<ClusterGateway> {
  const namespace = await bed.namespace();
  const kubeconfig = await bed.kubeconfigFor("gateway", leastRules);
  const kubernetes = { kubeconfig, namespaces: [namespace], ...cluster };
  const gateway = await startGateway(t, {
    ...spec,
    config: { ...config, kubernetes } as GatewaySpec["config"] & object,
  });
  const nameOf = (name: string): string => `kubernetes:${namespace}/${name}`;
  const path = (name: string, kind?: WorkloadSpec["kind"]): string =>
    pathOf(workload({ namespace, name, ...(kind && { kind }) }));

  async function status(name: string): Promise<any> {
    const { containers } = (await gateway.request({ path: "/_status/api" })).json();
    return containers.find((one: { name: string }) => one.name === nameOf(name));
  }

  const untilStatus = (name: string, wanted: string): Promise<any> =>
    waitUntil(
      async () => {
        const now = await status(name);
        return now?.state === wanted ? now : undefined;
      },
      15_000,
      `${name} ${wanted}`,
    );

  return {
    gateway,
    namespace,
    path,
    status,
    untilStatus,
    async deploy(app) {
      await bed.api.apply(workload({ ...app, namespace, dag: { host: `${app.name}.test`, ...app.dag } }));
      await waitUntil(() => status(app.name), 10_000, `the gateway's knowledge of ${app.name}`);
    },
    async sleep(name) {
      await gateway.request({ method: "POST", path: `/_status/stop?container=${encodeURIComponent(nameOf(name))}` });
      await untilStatus(name, "asleep");
    },
    replicas: async (name) => (await bed.api.get(path(name))).spec.replicas,
  };
}
