import type { ContainerInspectInfo } from "dockerode";
import { CAPABILITIES } from "../../core/engine-kind.ts";
import { absentObservation, type InventoryItem, type Observation } from "../../core/observation.ts";
import type { GatewaySettings } from "../../core/settings.ts";
import { type EndpointPort, endpointPorts } from "../../core/target-ports.ts";
import { EngineError, type Engine, type WorkloadRef } from "../../lifecycle/ports.ts";
import { createDockerClient } from "./client.ts";
import { type Connection, type DockerEnvironment, readConnection } from "./connection.ts";
import { createContainerList, type ListedContainer } from "./container-list.ts";
import { countExecs } from "./count-execs.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { createForeignOrders } from "./foreign-orders.ts";
import { inspect, inspectPresent, networkOwner, ownerIn } from "./inspect.ts";
import { knownPorts, usesNetworkOfOthers } from "./known-ports.ts";
import { createNetworkModes } from "./network-modes.ts";
import { createOwnerNames } from "./owner-names.ts";
import { networksAt, reachFacts } from "./reach-facts.ts";
import { readLogs } from "./read-logs.ts";
import { readTraffic, readUsage } from "./read-usage.ts";
import { parseTime } from "./parse-time.ts";
import { restartContainer } from "./restart-container.ts";
import { startContainer } from "./start-container.ts";
import { stopContainer } from "./stop-container.ts";
import { createThrottle } from "./throttle.ts";
import { exposedPorts, toObservation, toStatus } from "./to-observation.ts";
import { createSelfFinder } from "./viewpoint.ts";
import { createWatch } from "./watch-events.ts";

/** What a Docker engine needs. */
export interface DockerEngineDeps {
  /** How to connect to Docker, or the environment variables of the docker command. */
  readonly environment: DockerEnvironment | Connection;
  /** How containers are reached; called at each observation, so that a reload takes effect. */
  readonly reach: () => Pick<GatewaySettings, "address" | "network">;
  /** After how long without an event Docker is pinged. */
  readonly silenceMs?: number;
}

/**
 * Creates the engine for a Docker Engine or Podman. It connects at the first call; throws `EngineError` if the
 * variables are invalid.
 */
export function createDockerEngine(deps: DockerEngineDeps): Engine {
  const client = createDockerClient(
    isConnection(deps.environment) ? deps.environment : readConnection(deps.environment),
  );
  const self = createSelfFinder(client, process.platform);
  const throttle = createThrottle(client);
  const orders = createForeignOrders();
  const owners = createOwnerNames(client);
  const networksOf = createNetworkModes(client);
  const { silenceMs } = deps;

  return {
    id: "docker",
    kind: "docker",
    capabilities: CAPABILITIES.docker,
    watch: createWatch({
      client,
      orders,
      onRewired: (id) => self.forget(id),
      ...(silenceMs !== undefined && { silenceMs }),
    }),

    list: createContainerList(client, async (listed) => {
      const networks = await networksOf(listed);
      const items = listed.map((one) => toItem(one, networks.get(one.Id))).filter((item) => item.status !== "absent");
      owners.learn(items);
      return items;
    }),

    async observe(ref) {
      const found = await inspect(client, ref.name);
      if (found === undefined) return absentObservation(ref.name);
      const { address, network } = deps.reach();
      const { version } = await client.server();
      if (!found.State.Running) return toObservation(ref.name, found, [], version);
      const [ports, owner] = await Promise.all([portsOf(ref, found), networkOwner(client, found)]);
      const from = ports.length === 0 ? undefined : await self.viewpoint(address);
      const endpoints = ports.flatMap(({ port, ...about }) => {
        const places = from === undefined ? [] : findEndpoints(owner, from, ref.network || network, port);
        return places.map((endpoint) => ({ ...endpoint, ...about }));
      });
      return { ...toObservation(ref.name, found, endpoints, version), ...ownerFacts(found, owner) };
    },

    async reachFacts(ref) {
      const found = await inspect(client, ref.name);
      if (found === undefined || ref.targetPort === undefined) return undefined;
      const [from, owner] = await Promise.all([self.viewpoint(deps.reach().address), networkOwner(client, found)]);
      return reachFacts(found, owner, from, ref.targetPort);
    },

    async networksAt(address) {
      // If this Docker is on another machine, a container of another Docker may have the same address.
      const { sees } = await self.viewpoint(deps.reach().address);
      return sees === "nothing" ? undefined : networksAt(client, address);
    },

    async start(ref) {
      const found = await inspectPresent(client, ref.name);
      await owners.mustExist(found);
      // A crashing container is restarted by its restart policy; Docker would refuse another start.
      if (found.State.Status === "running" || found.State.Restarting) return;
      await startContainer(client, found);
    },

    async restart(ref, order) {
      const found = await inspectPresent(client, ref.name);
      await owners.mustExist(found);
      orders.expect(found.Id);
      await restartContainer(client, found, order);
    },

    async stop(ref, order) {
      const found = await inspectPresent(client, ref.name);
      if (!found.State.Running) return { instances: 0 };
      // Without this check a label on the wrong container would let the gateway stop itself permanently.
      if (await self.isSelf(found.Id)) throw new EngineError("refused", `"${ref.name}" is the gateway's own container`);
      if (order.method !== "pause") orders.expect(found.Id);
      return { instances: 1, ...(await stopContainer(client, found, order)) };
    },

    async logs(ref, lines) {
      const found = await inspect(client, ref.name);
      return found === undefined ? [] : readLogs(client, found, lines);
    },

    async usage(ref) {
      const found = await inspect(client, ref.name);
      return found?.State.Running ? readUsage(client, found, appPorts(ref)) : undefined;
    },

    async traffic(ref) {
      const found = await inspect(client, ref.name);
      if (!found?.State.Running) return undefined;
      return (await readTraffic(found, appPorts(ref))) ?? readUsage(client, found, appPorts(ref));
    },

    async execs(ref) {
      const found = await inspect(client, ref.name);
      return found?.State.Running ? countExecs(client, found) : 0;
    },

    limits: async (ref) => throttle.read(await inspectPresent(client, ref.name)),
    throttle: async (ref, allowance) => throttle.limit(await inspectPresent(client, ref.name), allowance),
    restore: async (ref, own) => throttle.restore(await inspectPresent(client, ref.name), own),

    async close() {
      client.close();
    },
  };
}

function isConnection(place: DockerEnvironment | Connection): place is Connection {
  return "agent" in place;
}

/**
 * Returns the ports of an app; the other fields tell the life cycle which of several has responded. Without a
 * configured port, the known ports are only probed until the health check begins.
 */
async function portsOf(ref: WorkloadRef, found: ContainerInspectInfo): Promise<readonly EndpointPort[]> {
  const ports = endpointPorts(ref, exposedPorts(found), usesNetworkOfOthers(found));
  if (ports.length > 0) return ports;
  return found.State.Health?.Status === "starting" ? (await knownPorts(found)).map((port) => ({ port })) : [];
}

function appPorts({ targetPort, namedPorts = [] }: WorkloadRef): readonly number[] {
  return [targetPort ?? [], namedPorts].flat();
}

function ownerFacts(found: ContainerInspectInfo, owner: ContainerInspectInfo): Pick<Observation, "networkOwner"> {
  if (ownerIn(found.HostConfig.NetworkMode) === undefined) return {};
  const runs = owner !== found && owner.State.Running;
  return { networkOwner: { startedAtMs: runs ? parseTime(owner.State.StartedAt) : undefined } };
}

function toItem(listed: ListedContainer, networkOf: string | undefined): InventoryItem {
  const { Id: id, Names: names, State: state, Image: image, Labels: labels } = listed;
  // Legacy links add names such as /web/db; the container's own name has one slash.
  const name = (names.find((one) => one.lastIndexOf("/") === 0) ?? names[0] ?? id).replace(/^\//, "");
  return {
    name,
    id,
    status: toStatus(state),
    image,
    labels: labels ?? {},
    ...(networkOf !== undefined && { networkOf }),
  };
}
