import { writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Front, startTraefik } from "../fronts.ts";
import type { KubeBed } from "./bed.ts";

/** The kinds of Traefik's custom resources; its provider waits until it can list all of them. */
const KINDS = [
  "IngressRoute",
  "IngressRouteTCP",
  "IngressRouteUDP",
  "Middleware",
  "MiddlewareTCP",
  "ServersTransport",
  "ServersTransportTCP",
  "TLSOption",
  "TLSStore",
  "TraefikService",
];

const READ = ["get", "list", "watch"];
const RULES = [
  { apiGroups: [""], resources: ["services", "secrets", "nodes", "namespaces", "configmaps"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "ingressclasses"], verbs: READ },
  { apiGroups: ["traefik.io"], resources: ["*"], verbs: READ },
];

/** Defines Traefik's custom resources. */
export async function installTraefikKinds(bed: KubeBed): Promise<void> {
  await Promise.all(KINDS.map((kind) => bed.installKind("traefik.io", "v1alpha1", kind)));
}

/** Starts Traefik outside the cluster with its two Kubernetes providers; `undefined` if it is missing. */
export async function startClusterTraefik(
  t: TestContext,
  bed: KubeBed,
  namespace: string,
  options: object = {},
): Promise<Front | undefined> {
  await installTraefikKinds(bed);
  const certAuthFilePath = path.join(bed.directory, "ca-of-api-server.crt");
  writeFileSync(certAuthFilePath, bed.certificates.ca);
  const token = await bed.tokenFor("traefik", RULES);
  const provider = { endpoint: bed.url, token, certAuthFilePath, namespaces: [namespace] };
  return startTraefik(t, {
    static: { providers: { kubernetesIngress: { ...provider, ...options }, kubernetesCRD: { ...provider } } },
  });
}
