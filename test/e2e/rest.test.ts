import assert from "node:assert/strict";
import { test } from "node:test";

import { startPrivateDocker, whyNoPrivateDocker } from "../../scripts/private-docker.ts";
import { cpuSeconds } from "../bench/cpu-seconds.ts";
import { createAsleep } from "../support/asleep.ts";
import { buildGateway } from "../support/built-gateway.ts";
import { cleanup } from "../support/cleanup.ts";
import { testDocker } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { residentMegabytes } from "../support/resident.ts";
import { skipOrFail } from "../support/tools.ts";
import { elapse } from "../support/real-time.ts";

const CONTAINERS = 200;
/** Until the garbage of the start-up was collected. */
const SETTLE_MS = 3_000;
const WATCHED_MS = 10_000;

// A daemon of its own: what other tests do to theirs is an event, and no rest.
test(`a released gateway with ${CONTAINERS} labelled containers asleep`, async (t) => {
  const reason = whyNoPrivateDocker();
  if (reason !== undefined) return skipOrFail(t, reason);
  const privateDocker = await startPrivateDocker();
  cleanup(t, () => privateDocker.stop());
  const docker = testDocker(t, privateDocker.host);
  await createAsleep(docker, CONTAINERS);
  const gateway = await startGateway(t, { dockerHost: docker.host, program: buildGateway(t) });
  await gateway.waitForLog((line) => line["event"] === "settings" && line["hosts"] === CONTAINERS);
  await elapse(SETTLE_MS);

  await t.test("uses no CPU time that could be measured", async () => {
    const before = cpuSeconds(gateway.pid);
    await elapse(WATCHED_MS);
    const percent = ((cpuSeconds(gateway.pid) - before) / (WATCHED_MS / 1000)) * 100;
    t.diagnostic(`${percent.toFixed(1)} % of a core`);
    assert.ok(percent < 0.5, `${percent.toFixed(1)} % of a core`);
  });

  await t.test("takes less than 100 MB of memory", () => {
    const megabytes = residentMegabytes(gateway.pid);
    t.diagnostic(`${megabytes.toFixed(1)} MB`);
    assert.ok(megabytes < 100, `${megabytes.toFixed(1)} MB`);
  });
});
