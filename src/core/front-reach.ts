/** How a front proxy can reach a container, according to the container's configuration; valid even while it sleeps. */
export interface ReachFacts {
  /** The gateway itself runs in a container. */
  readonly inContainer: boolean;
  /** The user-defined networks of the container, or of the container whose network it uses. */
  readonly networks: readonly string[];
  /** The gateway's container is on one of these networks. */
  readonly sharesNetwork: boolean;
  /** The container whose network it uses. */
  readonly owner?: string;
  /** A fixed published port, at the address where the gateway reaches the Docker host. */
  readonly published?: Address;
  /** Set if it uses the Docker host's network: the address where the gateway reaches that host. */
  readonly hostNetwork?: string;
  /** Addresses of the Docker host as containers see it. */
  readonly hostAddresses: readonly string[];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the front that has just fetched the provider document is, as seen from the gateway. */
export interface ReachFrom {
  readonly address: string;
  /** Its address belongs to this machine. */
  readonly isHere: boolean;
  /** Its address is on a network of this machine. */
  readonly isNear: boolean;
  /** The networks of its container; absent: the engine knows no container with this address. */
  readonly networks?: ReadonlySet<string> | undefined;
}

/** Where a front forwards to. `gateway`: it is not certain that the front can reach any other address. */
export type FrontReach =
  | ({ readonly by: "name" | "owner" | "published" | "host-network" } & Address)
  | { readonly by: "gateway"; readonly why: WhyThroughGateway };

/** Why a front forwards through the gateway. */
export type WhyThroughGateway = "configured" | "unknown" | "front-elsewhere" | "no-network-in-common" | "not-published";

/** Chooses an address of a container that this front can reach, and that does not change while the container exists. */
export function chooseReach(facts: ReachFacts | undefined, name: string, port: number, from: ReachFrom): FrontReach {
  if (facts === undefined) return { by: "gateway", why: "unknown" };
  // From another machine a front may neither resolve Docker's names nor reach this host's published ports.
  const isOnOurNetwork =
    facts.inContainer && from.isNear && !from.isHere && !facts.hostAddresses.includes(from.address);
  if (sharesNetwork(facts, from, isOnOurNetwork))
    return { by: facts.owner ? "owner" : "name", host: facts.owner ?? name, port };
  // If the gateway runs on the host, a front in a container may reach neither: names, or ports bound to loopback.
  if (!isOnOurNetwork && (facts.inContainer || !from.isHere)) return { by: "gateway", why: "front-elsewhere" };
  if (facts.published) return { by: "published", ...facts.published };
  if (facts.hostNetwork) return { by: "host-network", host: facts.hostNetwork, port };
  return { by: "gateway", why: isOnOurNetwork ? "no-network-in-common" : "not-published" };
}

/** If the front's networks are unknown, it is assumed to be on those of the gateway: it has just fetched over one. */
function sharesNetwork(facts: ReachFacts, { networks }: ReachFrom, isOnOurNetwork: boolean): boolean {
  return networks === undefined
    ? isOnOurNetwork && facts.sharesNetwork
    : facts.networks.some((name) => networks.has(name));
}
