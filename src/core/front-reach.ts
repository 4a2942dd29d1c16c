/** How a container can be reached by others than the gateway, asleep or awake, as its configuration says. */
export interface ReachFacts {
  /** The gateway itself runs in a container. */
  readonly inContainer: boolean;
  /** Names of the networks with names that it is on, or the container whose network it uses. */
  readonly networks: readonly string[];
  /** The gateway's container is on one of these, too. */
  readonly sharesNetwork: boolean;
  /** The container whose network it uses. */
  readonly owner?: string;
  /** A fixed port of the Docker host, where the gateway finds it. */
  readonly published?: Address;
  /** It uses the Docker host's network: where the gateway finds that host. */
  readonly hostNetwork?: string;
  /** Addresses of the Docker host as containers see it. */
  readonly hostAddresses: readonly string[];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the front that has just fetched is, as seen from the gateway. */
export interface ReachFrom {
  readonly address: string;
  /** Its address is one of this machine. */
  readonly isHere: boolean;
  /** Its address is on a network that this machine is on too. */
  readonly isNear: boolean;
  /** Names of the networks that its container is on; absent: it is none that the engine knows. */
  readonly networks?: ReadonlySet<string> | undefined;
}

/** Where a front forwards to. `gateway`: no other address is sure to be within its reach. */
export type FrontReach =
  | ({ readonly by: "name" | "owner" | "published" | "host-network" } & Address)
  | { readonly by: "gateway"; readonly why: WhyThroughGateway };

/** Why a front forwards through the gateway. */
export type WhyThroughGateway = "configured" | "unknown" | "front-elsewhere" | "no-network-in-common" | "not-published";

/** Chooses an address of a container that this front can really reach, for as long as the container lives. */
export function chooseReach(facts: ReachFacts | undefined, name: string, port: number, from: ReachFrom): FrontReach {
  if (facts === undefined) return { by: "gateway", why: "unknown" };
  // From another machine it may find neither the names of Docker's network nor this host's published ports.
  const isOnOurNetwork =
    facts.inContainer && from.isNear && !from.isHere && !facts.hostAddresses.includes(from.address);
  if (sharesNetwork(facts, from, isOnOurNetwork))
    return { by: facts.owner ? "owner" : "name", host: facts.owner ?? name, port };
  // On the host, a front in a container finds neither names nor what is bound to the host's loopback.
  if (!isOnOurNetwork && (facts.inContainer || !from.isHere)) return { by: "gateway", why: "front-elsewhere" };
  if (facts.published) return { by: "published", ...facts.published };
  if (facts.hostNetwork) return { by: "host-network", host: facts.hostNetwork, port };
  return { by: "gateway", why: isOnOurNetwork ? "no-network-in-common" : "not-published" };
}

/** Where the front's networks are not known, it is on those of the gateway as a rule: it has just fetched by one. */
function sharesNetwork(facts: ReachFacts, { networks }: ReachFrom, isOnOurNetwork: boolean): boolean {
  return networks === undefined
    ? isOnOurNetwork && facts.sharesNetwork
    : facts.networks.some((name) => networks.has(name));
}
