import { hostname, networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CAPABILITIES } from "../../core/engine-kind.ts";
import { absentObservation, type InventoryItem, type Observation } from "../../core/observation.ts";
import type { GatewaySettings } from "../../core/settings.ts";
import {
  type Engine,
  EngineError,
  type OnChange,
  type OnLink,
  type StopOrder,
  type StopResult,
  type WorkloadRef,
} from "../../lifecycle/ports.ts";
import { type Connection, type DockerEnvironment, readConnection } from "../docker/connection.ts";
import { createNodeAddresses, meshAddressesOf, type NodeAddresses } from "./node-addresses.ts";
import { imageOf, observeService } from "./observe-service.ts";
import { readServiceLogs } from "./read-service-logs.ts";
import { formerReplicas, scaleService } from "./scale-service.ts";
import { createSecondOrders, type SecondOrders } from "./second-orders.ts";
import { createSwarmClient, type SwarmClient } from "./swarm-client.ts";
import { replicasOf, type Service, type Task } from "./swarm-objects.ts";
import type { SwarmView } from "./task-endpoints.ts";
import { TaskTracker } from "./task-tracker.ts";
import { ServiceWatch } from "./watch-services.ts";
import { withoutLost } from "./without-lost.ts";

/** What the Swarm engine needs. */
export interface SwarmEngineDeps {
  /** The environment variables of the docker command. */
  readonly environment: DockerEnvironment;
  /** The addresses of managers, written as in DOCKER_HOST; empty: the daemon there, if it is a manager. */
  readonly managers: readonly string[];
  /** How tasks are reached; called at each observation. */
  readonly reach: () => Pick<GatewaySettings, "address" | "network">;
  /** The gateway's host name; in a container, that is the beginning of its id. */
  readonly self?: string;
  /** After how long without an event the manager is pinged. */
  readonly silenceMs?: number | undefined;
}

/**
 * Creates the engine for replicated services of Docker Swarm, which sleep at 0 replicas. Empty if the daemon is not a
 * manager.
 */
export function createSwarmEngine(deps: SwarmEngineDeps): Engine {
  const { environment, managers, reach, self = hostname(), silenceMs } = deps;
  const addresses = managers.length > 0 ? managers : [environment.DOCKER_HOST];
  const connections = addresses.map((address) => readConnection({ ...environment, DOCKER_HOST: address }));
  return new SwarmEngine(connections, { isCertain: managers.length > 0, reach, self, silenceMs });
}

const MOST_CHECKS = 100;
const CHECK_AFTER_MS = 50;

interface SwarmFacts extends Required<Pick<SwarmEngineDeps, "reach" | "self">> {
  readonly isCertain: boolean;
  readonly silenceMs: number | undefined;
}

class SwarmEngine implements Engine {
  readonly id = "swarm";
  readonly kind = "swarm";
  readonly capabilities = CAPABILITIES.swarm;
  private readonly client: SwarmClient;
  private readonly nodes: NodeAddresses;
  private readonly tracker: TaskTracker;
  private readonly orders: SecondOrders;
  private report: (message: string) => void = () => undefined;
  private readonly services: ServiceWatch;
  private readonly meshAddresses: readonly string[];
  private readonly reach: SwarmEngineDeps["reach"];
  private readonly self: string;

  constructor(connections: readonly Connection[], { isCertain, reach, self, silenceMs }: SwarmFacts) {
    this.client = createSwarmClient(connections);
    this.nodes = createNodeAddresses(this.client);
    this.tracker = new TaskTracker(this.client);
    this.orders = createSecondOrders(this.client, (message) => this.report(message));
    this.services = new ServiceWatch(this.client, isCertain, silenceMs);
    this.meshAddresses = meshAddressesOf(connections);
    this.reach = reach;
    this.self = self;
  }

  watch(onChange: OnChange, onLink: OnLink, signal: AbortSignal): void {
    this.report = (message) => onLink(true, message);
    this.tracker.follow(onChange, signal);
    this.services.follow(onChange, onLink, signal);
  }

  async list(): Promise<readonly InventoryItem[]> {
    if (!(await this.services.isManager())) return [];
    const services = await this.client.call<readonly Service[]>("GET", "/services");
    return services.map(toItem);
  }

  async observe(ref: WorkloadRef): Promise<Observation> {
    const service = await this.find(ref.name);
    if (service === undefined || replicasOf(service.Spec) === undefined) {
      this.tracker.forget(ref.name);
      return absentObservation(ref.name);
    }
    const tasks = await withoutLost(this.client, await this.tracker.tasksOf(service));
    const view = await this.viewFor(tasks, ref);
    return observeService(ref, service, { tasks, view, startedAtMs: this.tracker.startedAt(service.ID) });
  }

  async start({ name }: WorkloadRef, instances = 1): Promise<void> {
    const { former, service } = await scaleService(this.client, name, (replicas, found) => {
      return replicas > 0 ? undefined : { replicas: formerReplicas(found, instances) };
    });
    if (former === 0) this.orders.expectStart(service);
    await this.tracker.tasksOf(service);
  }

  async stop({ name }: WorkloadRef, { onlyIf }: StopOrder): Promise<StopResult> {
    if (await this.isOwn(name)) throw new EngineError("refused", `"${name}" is the gateway's own service`);
    const plan = (replicas: number) => ({ replicas: 0, kept: replicas });
    const { former, service } = await scaleService(this.client, name, plan, onlyIf);
    if (former > 0) await this.untilAllEnd(service);
    return { instances: former };
  }

  restart(): Promise<void> {
    return Promise.reject(new EngineError("refused", "a service shares no network with a container"));
  }

  async logs({ name }: WorkloadRef, lines: number): Promise<readonly string[]> {
    const service = await this.find(name);
    if (service === undefined) return [];
    return readServiceLogs(this.client, service, await this.tracker.tasksOf(service), lines);
  }

  usage(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  execs(): Promise<number> {
    return Promise.resolve(0);
  }

  readonly limits = hasNoLimits;
  readonly throttle = hasNoLimits;
  readonly restore = hasNoLimits;

  close(): Promise<void> {
    this.client.close();
    return Promise.resolve();
  }

  private async find(name: string): Promise<Service | undefined> {
    try {
      const service = await this.client.call<Service>("GET", `/services/${encodeURIComponent(name)}`);
      // Docker also finds a service by the beginning of its id.
      return service.Spec.Name === name ? service : undefined;
    } catch (error) {
      if (error instanceof EngineError && error.code === "absent") return undefined;
      throw error;
    }
  }

  /** Returns whether the gateway is a task of this service, and so would stop itself permanently. */
  private async isOwn(name: string): Promise<boolean> {
    if (!SHORT_ID.test(this.self)) return false;
    const service = await this.find(name);
    const tasks = service === undefined ? [] : await this.tracker.tasksOf(service);
    return tasks.some(({ Status }) => Status.ContainerStatus?.ContainerID?.startsWith(this.self));
  }

  private async viewFor(tasks: readonly Task[], { network }: WorkloadRef): Promise<SwarmView> {
    await this.nodes.learn(tasks);
    const { address, network: ours } = this.reach();
    return {
      mode: address,
      network: network || ours,
      interfaces: Object.values(networkInterfaces()).flatMap((all) => all ?? []),
      nodeAddress: this.nodes.of,
      meshAddresses: this.meshAddresses,
    };
  }

  /**
   * Waits until Swarm wants no task to run, some 20 ms after a scale to 0; only then does a new start create new tasks.
   */
  private async untilAllEnd(service: Service): Promise<void> {
    const { Name } = service.Spec;
    for (let count = 0; count < MOST_CHECKS; count += 1) {
      const tasks = await this.tracker.tasksOf(service);
      if (tasks.every(({ DesiredState }) => DesiredState !== "running" && DesiredState !== "ready")) break;
      const now = await this.find(Name);
      // Removed, or scaled up again by somebody else.
      if (now === undefined || replicasOf(now.Spec) !== 0) return;
      await sleep(CHECK_AFTER_MS);
    }
    this.orders.expectEnd(service);
  }
}

const SHORT_ID = /^[0-9a-f]{12}$/;

function toItem({ ID: id, Spec, ...rest }: Service): InventoryItem {
  return {
    name: Spec.Name,
    id,
    status: (replicasOf(Spec) ?? 0) > 0 ? "running" : "stopped",
    image: imageOf({ ID: id, Spec, ...rest }),
    labels: Spec.Labels ?? {},
    ...(replicasOf(Spec) === undefined && { refused: NOT_REPLICATED }),
  };
}

const NOT_REPLICATED =
  "a global service or a job has no number of replicas, so it cannot be scaled: deploy it with mode: replicated, or disable it in the gateway";

async function hasNoLimits(): Promise<never> {
  throw new EngineError("refused", "the limits of a service are those of its tasks, which an update would replace");
}
