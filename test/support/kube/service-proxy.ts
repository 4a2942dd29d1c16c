import { execFileSync } from "node:child_process";
import { connect, createServer, type Server } from "node:net";
import type { KubeBed } from "./bed.ts";

/**
 * The part of kube-proxy that the tests need: it forwards the cluster address and the node ports of every Service to a
 * ready pod, and refuses connections while there is none.
 */
export interface ServiceProxy {
  /** Returns the number of connections to node ports. */
  nodeConnections(): number;
  stop(): void;
}

/** The address of node ports. */
const NODE_ADDRESS = "127.0.0.1";
/** The address of load balancers. */
export const BALANCER_ADDRESS = "127.0.0.2";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Starts the proxy, which follows Services and their EndpointSlices. */
export function startServiceProxy({ api, serviceRange }: KubeBed, { hasBalancers = false } = {}): ServiceProxy {
  execFileSync("ip", ["route", "replace", "local", serviceRange, "dev", "lo"]);
  const pods = new Map<string, readonly Address[]>();
  const services = new Map<string, any>();
  const open = new Map<string, readonly Server[]>();
  let nodeConnections = 0;

  /** Listens only while there is a pod, because a Service without pods refuses connections. */
  function refresh(key: string): void {
    const service = services.get(key);
    const alive = service === undefined ? [] : (pods.get(key) ?? []);
    if (alive.length > 0 && !open.has(key)) {
      open.set(
        key,
        addressesOf(service, hasBalancers).map((address) => {
          const count = (): void => void (nodeConnections += address.host === NODE_ADDRESS ? 1 : 0);
          return forward(address, () => pods.get(key) ?? []).on("connection", count);
        }),
      );
    }
    if (alive.length > 0) return;
    for (const server of open.get(key) ?? []) server.close();
    open.delete(key);
  }

  const endings = [
    api.follow("/api/v1/services", (type, service) => {
      const key = keyOf(service.metadata.namespace, service.metadata.name);
      if (type === "DELETED") services.delete(key);
      else services.set(key, service);
      refresh(key);
    }),
    api.follow("/apis/discovery.k8s.io/v1/endpointslices", (type, slice) => {
      const { namespace, labels } = slice.metadata;
      const key = keyOf(namespace, labels?.["kubernetes.io/service-name"] ?? "");
      pods.set(key, type === "DELETED" ? [] : readyIn(slice));
      refresh(key);
    }),
  ];
  return {
    nodeConnections: () => nodeConnections,
    stop() {
      for (const end of endings) end();
      services.clear();
      for (const key of open.keys()) refresh(key);
      execFileSync("ip", ["route", "del", "local", serviceRange, "dev", "lo"]);
    },
  };
}

function addressesOf({ spec: { clusterIP, type, ports = [] } }: any, hasBalancers: boolean): Address[] {
  return ports.flatMap(({ port, nodePort }: any) => [
    ...(clusterIP && clusterIP !== "None" ? [{ host: clusterIP, port }] : []),
    ...(nodePort ? [{ host: NODE_ADDRESS, port: nodePort }] : []),
    ...(hasBalancers && type === "LoadBalancer" ? [{ host: BALANCER_ADDRESS, port }] : []),
  ]);
}

function readyIn({ endpoints, ports }: any): Address[] {
  const ready = (endpoints ?? []).filter(({ conditions }: any) => conditions.ready);
  return ready.map(({ addresses }: any) => ({ host: addresses[0], port: ports?.[0]?.port }));
}

function forward({ host, port }: Address, pods: () => readonly Address[]): Server {
  let turn = 0;
  const server = createServer((client) => {
    const alive = pods();
    const pod = alive[(turn += 1) % alive.length];
    if (pod === undefined) return void client.resetAndDestroy();
    const upstream = connect(pod);
    for (const socket of [client, upstream]) socket.unref();
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.resetAndDestroy());
    client.pipe(upstream).pipe(client);
  });
  return server.on("error", () => undefined).listen(port, host);
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
