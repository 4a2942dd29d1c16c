import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../lifecycle/ports.ts";
import { parseTime } from "../docker/parse-time.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { isAlive, isBeingUpdated, replicasOf, type Service, type Task } from "./swarm-objects.ts";

const MOVING_MS = 250;
const AWAKE_MS = 2_000;

interface Tracked {
  readonly service: Service;
  /** The tasks with their states, for comparison. */
  readonly signature: string;
  readonly isMoving: boolean;
  readonly isAsleep: boolean;
  readonly startedAtMs: number | undefined;
}

/**
 * Follows the tasks of services by polling, because Swarm has no events for tasks: one call every 2 s for all services
 * that are awake, none for sleeping ones.
 */
export class TaskTracker {
  private readonly client: SwarmClient;
  private readonly tracked = new Map<string, Tracked>();
  private wakeUp = new AbortController();

  constructor(client: SwarmClient) {
    this.client = client;
  }

  async tasksOf(service: Service): Promise<readonly Task[]> {
    const tasks = await fetchTasks(this.client, [service.ID]);
    this.note(service, tasks);
    return tasks;
  }

  /** Returns since when a service has run without a break; a rolling update is not a break. */
  startedAt(serviceId: string): number | undefined {
    return this.tracked.get(serviceId)?.startedAtMs;
  }

  forget(name: string): void {
    for (const [id, { service }] of this.tracked) if (service.Spec.Name === name) this.tracked.delete(id);
  }

  /** Calls `onChange` with the name of each service whose tasks changed. */
  follow(onChange: (name: string) => void, signal: AbortSignal): void {
    void this.pollUntil(onChange, signal);
  }

  private async pollUntil(onChange: (name: string) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.wakeUp = new AbortController();
      const either = AbortSignal.any([signal, this.wakeUp.signal]);
      await sleep(this.nextMs(), undefined, { signal: either, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.poll(onChange);
    }
  }

  private async poll(onChange: (name: string) => void): Promise<void> {
    const awake = this.awake().map(({ service }) => service);
    if (awake.length === 0) return;
    try {
      const tasks = await fetchTasks(
        this.client,
        awake.map(({ ID }) => ID),
      );
      for (const service of awake) {
        const own = tasks.filter(({ ServiceID }) => ServiceID === service.ID);
        if (this.note(service, own)) onChange(service.Spec.Name);
      }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error; // the event stream reports the loss
    }
  }

  private awake(): readonly Tracked[] {
    return [...this.tracked.values()].filter(({ isAsleep }) => !isAsleep);
  }

  private nextMs(): number {
    const awake = this.awake();
    if (awake.length === 0) return LONG_MS;
    return awake.some(({ isMoving }) => isMoving) ? MOVING_MS : AWAKE_MS;
  }

  /** Stores the tasks of a service; returns whether they have changed. */
  private note(service: Service, tasks: readonly Task[]): boolean {
    const last = this.tracked.get(service.ID);
    const next = trackedOf(service, tasks, last);
    this.tracked.set(service.ID, next);
    const isSooner = (next.isMoving && !last?.isMoving) || (!next.isAsleep && last?.isAsleep !== false);
    if (isSooner) this.wakeUp.abort();
    return last !== undefined && last.signature !== next.signature;
  }
}

/** Returns all tasks of these services that Swarm keeps, including former ones. */
export function fetchTasks(client: SwarmClient, serviceIds: readonly string[]): Promise<readonly Task[]> {
  const filters = encodeURIComponent(JSON.stringify({ service: serviceIds }));
  return client.call<readonly Task[]>("GET", `/tasks?filters=${filters}`);
}

const LONG_MS = 60_000;
function trackedOf(service: Service, tasks: readonly Task[], last: Tracked | undefined): Tracked {
  const wanted = replicasOf(service.Spec) ?? 0;
  const alive = tasks.filter(isAlive);
  const running = alive.filter(({ Status, DesiredState }) => Status.State === "running" && DesiredState === "running");
  const starts = running.flatMap(({ Status }) => parseTime(Status.Timestamp) ?? []);
  const since = starts.length === 0 ? undefined : Math.min(...starts);
  const goesOn = last?.startedAtMs !== undefined && wanted > 0 && alive.length > 0;
  return {
    service,
    signature: tasks
      .map(({ ID, DesiredState, Status }) => `${ID} ${DesiredState} ${Status.State} ${Status.Err ?? ""}`)
      .toSorted()
      .join("\n"),
    isMoving: running.length !== wanted || alive.length !== running.length || isBeingUpdated(service),
    isAsleep: wanted === 0 && alive.length === 0,
    startedAtMs: goesOn ? last.startedAtMs : since,
  };
}
