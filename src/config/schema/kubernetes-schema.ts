import { z } from "zod";
import { choice, list, name, reachableAddress, text } from "./values.ts";

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** The keys below `kubernetes:`. */
export const kubernetesSchema = z.strictObject({
  kubeconfig: text()
    .prefault("")
    .describe(
      "A kubeconfig with a client certificate or a token. Empty: the service account of the pod that the gateway runs in; outside of a cluster Kubernetes is not used then.",
    ),
  context: text().prefault("").describe("The context of the kubeconfig; empty: its current one."),
  namespaces: list(name(NAMESPACE, "a namespace (lower-case letters, digits, -)"))
    .prefault([])
    .describe("Namespaces whose Deployments and StatefulSets are managed; empty: all, which requires a ClusterRole."),
  address: choice("pod", "service")
    .prefault("pod")
    .describe(
      "Reach apps at the addresses of their pods, or, where the gateway has no route to those, by Services of type NodePort or LoadBalancer.",
    ),
  reach: reachableAddress()
    .prefault("")
    .describe("With `address: service`: where node ports are found from here; empty: at the node of each pod."),
});

/** The parsed keys of Kubernetes. */
export type KubernetesKeys = z.output<typeof kubernetesSchema>;
