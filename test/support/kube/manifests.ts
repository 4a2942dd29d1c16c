import type { KubeObject } from "./kube-api.ts";

/** What a test wants of a workload. */
export interface WorkloadSpec {
  readonly kind?: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  /** `undefined`: left out of the manifest. */
  readonly replicas?: number;
  /** Keys behind `dag.`; short ones become labels, others annotations. */
  readonly dag?: Readonly<Record<string, string>>;
  /** How its pods behave: keys behind `dag-test/`. */
  readonly conduct?: Readonly<Record<string, string>>;
  readonly readinessProbe?: boolean;
  /** Default: 80. */
  readonly port?: number;
  readonly image?: string;
  /** In place of its one container. */
  readonly containers?: readonly object[];
}

/** Returns a Service of the workload of this name. */
export function serviceFor(namespace: string, name: string, spec: object = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
}

/** Returns a Deployment or StatefulSet that the gateway manages. */
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
