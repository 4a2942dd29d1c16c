import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { endpointsOf } from "../../src/core/observation.ts";
import type { StopOrder } from "../../src/lifecycle/ports.ts";
import { freePort } from "../support/http.ts";
import { type Subject, untilReachable } from "./engine-subject.ts";

const gently: StopOrder = { method: "stop", timeoutMs: 5_000, signal: "" };

/** What every engine reports about instances, even if it has only one. */
export const instanceRules: Record<string, (subject: Subject, t: TestContext) => Promise<void>> = {
  "what runs is one instance under an id of its own, and a stop returns how many there were": async ({
    engine,
    create,
  }) => {
    const ref = await create({ kind: "app" });
    await engine.start(ref, 1);
    const { wanted, instances, startedAtMs } = await untilReachable(engine, ref);
    assert.equal(wanted, 1);
    assert.equal(instances.length, 1);
    const [instance] = instances;
    assert.ok(instance?.id && instance.ready && !instance.ending && instance.endpoints.length > 0);
    assert.equal(instance.startedAtMs, startedAtMs);
    assert.equal((await engine.stop(ref, gently)).instances, 1);
    const { wanted: wantedAfter, instances: after } = await engine.observe(ref);
    assert.deepEqual([wantedAfter, after], [0, []]);
    assert.equal((await engine.stop(ref, gently)).instances, 0);
    await engine.start(ref);
  },

  "a port that a host names has addresses of its own, which say so, after those of the usual port": async ({
    engine,
    create,
  }) => {
    const ref = await create({ kind: "app" });
    const port = await freePort();
    const named = { ...ref, namedPorts: [port] };
    await engine.start(named);
    const usual = endpointsOf(await untilReachable(engine, ref));
    const all = endpointsOf(await engine.observe(named));
    assert.deepEqual(all.slice(0, usual.length), usual);
    const own = all.slice(usual.length);
    assert.deepEqual(
      own,
      usual.map((endpoint) => ({ ...endpoint, port, namedPort: port })),
    );
    assert.equal((await engine.stop(named, gently)).instances, 1);
  },
};
