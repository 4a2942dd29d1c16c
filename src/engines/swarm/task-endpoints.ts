import { BlockList, isIP } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import type { Endpoint } from "../../core/observation.ts";
import type { AddressMode } from "../../core/settings.ts";
import type { PublishedPort, Service, Task } from "./swarm-objects.ts";

/** Where the gateway is relative to the networks of tasks. */
export interface SwarmView {
  readonly mode: AddressMode;
  /** The overlay network on which tasks are reached; empty: any that this machine (or container) is on. */
  readonly network: string;
  readonly interfaces: readonly Pick<NetworkInterfaceInfo, "address" | "netmask" | "family" | "cidr">[];
  /** Returns the address of a node; `undefined` if unknown. */
  readonly nodeAddress: (nodeId: string | undefined) => string | undefined;
  /** Addresses of the routing mesh, which listens on every node: one of the nodes may be down. */
  readonly meshAddresses: readonly string[];
}

/** An overlay network drops packets that it cannot deliver yet, so connects are retried sooner than TCP does (1 s). */
const OVERLAY_CONNECT_MS = 250;

/**
 * Returns the addresses of a task's port, best first: its own on a shared network, a port of its node, the routing
 * mesh. Never the service's virtual address, which can be stale and does its own balancing.
 */
export function taskEndpoints(task: Task, service: Service, view: SwarmView, port: number): Endpoint[] {
  const own = ownAddresses(task, view).map((host) => {
    return { host, port, published: false, connectTimeoutMs: OVERLAY_CONNECT_MS };
  });
  const published = [...hostPorts(task, view, port), ...meshPorts(service, view, port)];
  if (view.mode === "container") return own;
  return view.mode === "published" ? published : [...own, ...published];
}

function ownAddresses({ NetworksAttachments }: Task, { network, interfaces, mode }: SwarmView): string[] {
  const all = (NetworksAttachments ?? []).map(({ Network, Addresses }) => {
    return { name: Network?.Spec?.Name ?? "", addresses: Addresses ?? [] };
  });
  const wanted = all.filter(({ name }) => name !== "ingress" && isCalled(name, network));
  const addresses = wanted.flatMap((attachment) => attachment.addresses.map((cidr) => cidr.replace(/\/\d+$/, "")));
  return mode === "container" ? addresses : addresses.filter((address) => isNear(address, interfaces));
}

/** Returns whether a network has this name, with or without the prefix of its stack. */
function isCalled(name: string, wanted: string): boolean {
  return wanted === "" || name === wanted || name.endsWith(`_${wanted}`);
}

/** Returns whether an address is on a network of this machine. */
function isNear(address: string, interfaces: SwarmView["interfaces"]): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return interfaces.some(({ cidr }) => {
    const [base = "", prefix = ""] = (cidr ?? "").split("/");
    if (isIP(base) === 0 || (isIP(base) === 6) !== (family === "ipv6")) return false;
    const list = new BlockList();
    list.addSubnet(base, Number(prefix), family);
    return list.check(address, family);
  });
}

function hostPorts({ NodeID, Status }: Task, { nodeAddress }: SwarmView, port: number): Endpoint[] {
  const host = nodeAddress(NodeID);
  if (host === undefined) return [];
  const ports = (Status.PortStatus?.Ports ?? []).filter((one) => publishes(one, port));
  return [...new Set(ports.flatMap(({ PublishedPort }) => PublishedPort ?? []))].map((published) => {
    return { host, port: published, published: true };
  });
}

function meshPorts({ Endpoint: endpoint }: Service, { meshAddresses }: SwarmView, port: number): Endpoint[] {
  const ports = (endpoint?.Ports ?? [])
    .filter((one) => one.PublishMode !== "host" && publishes(one, port))
    .flatMap(({ PublishedPort }) => PublishedPort || []);
  return meshAddresses.flatMap((host) => ports.map((published) => ({ host, port: published, published: true })));
}

function publishes({ Protocol = "tcp", TargetPort }: PublishedPort, port: number): boolean {
  return Protocol === "tcp" && TargetPort === port;
}

/** Returns the TCP ports that a service publishes; Swarm knows no other ports. */
export function servicePorts({ Endpoint: endpoint }: Service): readonly number[] {
  const ports = (endpoint?.Ports ?? []).filter(({ Protocol = "tcp" }) => Protocol === "tcp");
  return [...new Set(ports.flatMap(({ TargetPort }) => TargetPort ?? []))].toSorted((a, b) => a - b);
}
