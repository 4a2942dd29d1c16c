import assert from "node:assert/strict";
import { describe } from "node:test";
import { type FrontApp, type FrontApps, type Reach, startFrontApps, untilAsleep } from "./front-apps.ts";
import { ROUNDS, visits } from "./front-rounds.ts";
import { frontSetups } from "./front-setups.ts";
import { onDocker } from "./sleeping.ts";

const KINDS = Object.keys(visits) as (keyof typeof visits)[];
/** When apps listen after their start. */
const DELAYS_MS = [0, 1_500];

interface Case {
  readonly kind: keyof typeof visits;
  readonly delayMs: number;
}

/**
 * Defines the tests of one front: every kind of client requests every kind of sleeping app, and each round must end
 * with the app's own response. For more rounds, as before a release, set ROUNDS=20.
 */
export function testRounds(front: keyof typeof frontSetups): void {
  describe(`behind ${front} nobody sees an error on the way from asleep to awake`, () => {
    for (const reach of ["address", "published"] satisfies Reach[]) {
      onDocker(`${ROUNDS} rounds each, apps reached by ${reach}`, async (t, docker) => {
        const cases = KINDS.flatMap((kind) => DELAYS_MS.map((delayMs): Case => ({ kind, delayMs })));
        const specs = cases.map(({ delayMs }, index) => ({ name: `r${index}`, delayMs }));
        const setup = await startFrontApps(t, docker, reach, specs);
        const running = await frontSetups[front](t, setup);
        if (running === undefined) return;
        const faults = await Promise.all(
          cases.map((one, index) => visitAsleep(setup, running.port, one, setup.apps[index]!)),
        );
        assert.deepEqual(faults.flat(), []);
      });
    }
  });
}

/** Returns what went wrong in each round. */
async function visitAsleep(
  { gateway }: FrontApps,
  port: number,
  { kind, delayMs }: Case,
  { container, host }: FrontApp,
): Promise<string[]> {
  const faults: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // By the gateway, because a stop by somebody else would begin a truce.
    await gateway.request({ method: "POST", path: `/_status/stop?container=${container.name}` });
    await untilAsleep(gateway, container.name);
    try {
      await visits[kind]({ port, host, name: container.name }, round);
    } catch (error) {
      faults.push(`${kind}, app after ${delayMs} ms, round ${round}: ${String(error)}`);
    }
  }
  return faults;
}
