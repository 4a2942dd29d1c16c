import type { KubeObject } from "./kube-api.ts";

/** The properties of a workload. */
export interface WorkloadSpec {
  readonly kind?: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  /** `undefined`: not in the manifest. */
  readonly replicas?: number;
  /** The `dag.` keys without that prefix; values that fit become labels, others annotations. */
  readonly dag?: Readonly<Record<string, string>>;
  /** The behaviour of its pods: `dag-test/` keys without that prefix. */
  readonly conduct?: Readonly<Record<string, string>>;
  readonly readinessProbe?: boolean;
  /** Default: 80. */
  readonly port?: number;
  readonly image?: string;
  /** Replaces its only container. */
  readonly containers?: readonly object[];
}

/** Creates a Service for the workload with this name. */
export function serviceFor(namespace: string, name: string, spec: object = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

/** Creates a Deployment or StatefulSet that the gateway manages. */
export function workload(spec: WorkloadSpec): KubeObject {
  const { kind = "Deployment", namespace, name, replicas, dag = {}, conduct = {}, port = 80 } = spec;
  const keys = Object.entries({ enabled: "true", ...dag }).map(([key, value]) => [`dag.${key}`, value] as const);
  const isLabel = ([, value]: readonly [string, string]): boolean => /^[\w.-]{1,63}$/.test(value);
  const app = { app: name };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name,
      namespace,
      labels: Object.fromEntries(keys.filter(isLabel)),
      annotations: Object.fromEntries(keys.filter((key) => !isLabel(key))),
    },
    spec: {
      ...(replicas !== undefined && { replicas }),
      ...(kind === "StatefulSet" && { serviceName: name }),
      selector: { matchLabels: app },
      template: {
        metadata: {
          labels: app,
          annotations: Object.fromEntries(Object.entries(conduct).map(([key, value]) => [`dag-test/${key}`, value])),
        },
        spec: {
          containers: spec.containers ?? [
            {
              name: "app",
              image: spec.image ?? "app:1",
              ports: [{ containerPort: port }],
              ...(spec.readinessProbe && { readinessProbe: { tcpSocket: { port } } }),
            },
          ],
        },
      },
    },
  };
}
