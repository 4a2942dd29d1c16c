import { setTimeout as sleep } from "node:timers/promises";
import { stopTimeoutOf } from "./observe-service.ts";
import type { SwarmClient } from "./swarm-client.ts";
import { isBeingUpdated, replicasOf, type Service, type Task } from "./swarm-objects.ts";
import { fetchTasks } from "./task-tracker.ts";

/** Repeats orders that Swarm has accepted but not carried out. */
export interface SecondOrders {
  /** Checks that all tasks of a service that was scaled to 0 end within its stop timeout. */
  expectEnd(service: Service): void;
  /** Checks that a service that was scaled up gets tasks. */
  expectStart(service: Service): void;
}

/** The time that nodes need to tear down networks. */
const END_LAG_MS = 10_000;
/** The longest delay of a timer; longer ones fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** Swarm creates a task some 20 ms after the order. */
const START_CHECK_MS = 500;
const START_CHECKS = 20;

/** Creates the checks; `report` is called with a warning if a repeated order does not help. */
export function createSecondOrders(client: SwarmClient, report: (message: string) => void): SecondOrders {
  /** Repeats a scale to 0 if tasks are left, which Swarm may never end (moby#36527). */
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

  /** Repeats a scale up: with `restart_policy: none`, Swarm may create no tasks while the former ones end. */
  async function startAgain(service: Service): Promise<void> {
    for (let count = 0; count < START_CHECKS; count += 1) {
      await sleep(START_CHECK_MS, undefined, { ref: false });
      const { now, tasks } = await look(service);
      if (replicasOf(now.Spec) === 0 || isBeingUpdated(now) || !tasks.every(isRemoved)) return;
      // Only after the former tasks have ended; before that the order would be lost again.
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
    // Removed, unreachable, or changed by somebody else; the next observation shows the result.
    expectEnd: (service) => void endAgain(service).catch(() => undefined),
    expectStart: (service) => void startAgain(service).catch(() => undefined),
  };
}

function isRemoved({ DesiredState }: Task): boolean {
  return DesiredState === "remove";
}
