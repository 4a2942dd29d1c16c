import path from "node:path";
import { waitUntil } from "../wait-until.ts";
import type { ControlPlane } from "./control-plane.ts";
import { startControlPlane } from "./control-plane.ts";
import { type FakeNode, startNode } from "./node.ts";

/** A Kubernetes cluster for one test file. */
export interface KubeBed extends ControlPlane {
  readonly node: FakeNode;
  /** Creates a namespace with a new name. */
  namespace(): Promise<string>;
  /** The path of the administrator's kubeconfig. */
  readonly adminKubeconfig: string;
  /** Creates a service account with these rules in all namespaces; returns the path of its kubeconfig. */
  kubeconfigFor(name: string, rules: readonly object[]): Promise<string>;
  /** The same, but returns its token. */
  tokenFor(name: string, rules: readonly object[]): Promise<string>;
  /** Returns the path of a kubeconfig for an existing service account. */
  kubeconfigOf(namespace: string, account: string): Promise<string>;
  /** Defines a custom resource without a schema. */
  installKind(group: string, version: string, kind: string): Promise<void>;
}

/** Starts the cluster; `stop` removes it completely. */
export async function startBed(): Promise<KubeBed> {
  const plane = await startControlPlane();
  const node = await startNode(plane.api, plane.certificates);
  const { api, directory } = plane;
  let count = 0;

  async function tokenOf(namespace: string, account: string): Promise<string> {
    const request = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3_600 },
    };
    const place = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const { body } = await api.request("POST", place, request);
    return body.status.token;
  }

  async function kubeconfigOf(namespace: string, account: string): Promise<string> {
    const file = path.join(directory, `${namespace}-${account}.kubeconfig`);
    api.writeKubeconfig(file, await tokenOf(namespace, account));
    return file;
  }

  async function makeAccount(name: string, rules: readonly object[]): Promise<void> {
    const rbac = "rbac.authorization.k8s.io";
    await api.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "default" } });
    await api.apply({ apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name }, rules });
    await api.apply({
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    });
  }

  return {
    ...plane,
    node,
    adminKubeconfig: path.join(directory, "admin.kubeconfig"),
    async namespace() {
      count += 1;
      const name = `test-${count}`;
      await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
      return name;
    },
    async kubeconfigFor(name, rules) {
      await makeAccount(name, rules);
      return kubeconfigOf("default", name);
    },
    async tokenFor(name, rules) {
      await makeAccount(name, rules);
      return tokenOf("default", name);
    },
    kubeconfigOf,
    async installKind(group, version, kind) {
      const singular = kind.toLowerCase();
      const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
      await api.apply({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${singular}s.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { plural: `${singular}s`, singular, kind, listKind: `${kind}List` },
          versions: [{ name: version, served: true, storage: true, schema }],
        },
      });
      const isServed = async () => (await api.request("GET", `/apis/${group}/${version}/${singular}s`)).status === 200;
      await waitUntil(isServed, 20_000, kind);
    },
    async stop() {
      await node.stop();
      await plane.stop();
    },
  };
}
