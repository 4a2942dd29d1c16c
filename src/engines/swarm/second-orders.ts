import { setTimeout as sleep } from "node:timers/promises";
import { stopTimeoutOf } from "./observe-service.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { isBeingUpdated, replicasOf, type Service, type Task } from "./swarm-objects.ts";
import { fetchTasks } from "./task-tracker.ts";

/** Gives an order again that Swarm took and did not carry out. */
export interface SecondOrders {
  /** All tasks of a service that was scaled to 0 are to be gone in its stop timeout. */
  expectEnd(service: Service): void;
  /** A service that was scaled up is to get tasks. */
  expectStart(service: Service): void;
}

/** Nodes take a while to tear down networks. */
const END_LAG_MS = 10_000;
/** A timer that is set to more is due at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** A task is made some 20 ms after the order. */
const START_CHECK_MS = 500;
const START_CHECKS = 20;

/** `report` is called with what somebody should know. */
export function createSecondOrders(client: SwarmClient, report: (message: string) => void): SecondOrders {
  /** A first scale to 0 may leave tasks that are never ended (moby#36527): the same order again fixes that. */
  async function endAgain(service: Service): Promise<void> {
    const graceMs = Math.min(stopTimeoutOf(service) + END_LAG_MS, LONGEST_TIMER_MS);
    for (const isRepeated of [false, true]) {
      await sleep(graceMs, undefined, { ref: false });
      const { now, tasks } = await look(service);
      const left = tasks.filter(({ Status }) => Status.State === "running");
      if (replicasOf(now.Spec) !== 0 || left.length === 0 || isBeingUpdated(now)) return;
      if (isRepeated) {
        report(`service "${service.Spec.Name}" is scaled to 0, but ${left.length} of its tasks still run`);
        return;
      }
      await writeAgain(now);
    }
  }

  /** With `restart_policy: none` a service that is scaled up while its former tasks end may get none, ever. */
  async function startAgain(service: Service): Promise<void> {
    for (let count = 0; count < START_CHECKS; count += 1) {
      await sleep(START_CHECK_MS, undefined, { ref: false });
      const { now, tasks } = await look(service);
      if (replicasOf(now.Spec) === 0 || isBeingUpdated(now) || !tasks.every(isRemoved)) return;
      // While the former ones end, the same order would be lost again.
      if (tasks.length === 0) await writeAgain(now);
    }
  }

  async function look({ ID }: Service): Promise<{ readonly now: Service; readonly tasks: readonly Task[] }> {
    return { now: await client.call<Service>("GET", `/services/${ID}`), tasks: await fetchTasks(client, [ID]) };
  }

  async function writeAgain({ ID, Version, Spec }: Service): Promise<void> {
    await client.call("POST", `/services/${ID}/update?version=${Version.Index}`, Spec);
  }

  return {
    // Removed, out of reach, or written by somebody else: the next observation shows what is left.
    expectEnd: (service) => void endAgain(service).catch(() => undefined),
    expectStart: (service) => void startAgain(service).catch(() => undefined),
  };
}

function isRemoved({ DesiredState }: Task): boolean {
  return DesiredState === "remove";
}
