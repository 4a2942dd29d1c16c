import assert from "node:assert/strict";
import { test } from "node:test";
import { startGateway } from "../support/gateway.ts";
import { labelsOf, startStaticDocker } from "../support/static-docker.ts";
import { waitUntil } from "../support/wait-until.ts";

const MANY = 2_000;
const config = { gateway: { discovery_interval: "1h" } };

test(`beside ${MANY} containers, a change of one is one query about that one`, async (t) => {
  const docker = await startStaticDocker(t, MANY);
  const gateway = await startGateway(t, { dockerHost: docker.host, config });
  await waitUntil(
    () => docker.calls.filter((call) => call === "GET /containers/json").length === 2,
    10_000,
    "the lists",
  );

  /** The calls that a change leads to, up to those of a second one behind it. */
  async function callsOf(change: () => void): Promise<readonly string[]> {
    docker.calls.length = 0;
    change();
    await waitUntil(() => docker.calls.length > 0, 5_000, "a query");
    docker.emit("app-1", "update");
    const next = "GET /containers/app-1/json";
    await waitUntil(() => docker.calls.includes(next), 5_000, "the query of the next event");
    return docker.calls.filter((call) => call !== next);
  }

  for (const action of ["start", "die", "update"]) {
    assert.deepEqual(await callsOf(() => docker.emit("app-7", action)), ["GET /containers/app-7/json"], action);
  }
  assert.deepEqual(await callsOf(() => docker.create("new", labelsOf(MANY))), ["GET /containers/new/json"], "create");
  assert.notEqual((await gateway.request({ host: `app-${MANY}.test`, path: "/" })).status, 404);
  assert.deepEqual(await callsOf(() => docker.remove("app-7")), ["GET /containers/app-7/json"], "destroy");
});

test("after a lost event stream the whole list is read, once, and none of what it shows unchanged is queried", async (t) => {
  const docker = await startStaticDocker(t, MANY);
  await startGateway(t, { dockerHost: docker.host, config });
  await waitUntil(() => docker.calls.includes("GET /events"), 10_000, "the event stream");
  docker.emit("app-1", "update");
  await waitUntil(() => docker.calls.includes("GET /containers/app-1/json"), 10_000, "the query of an event");
  docker.calls.length = 0;
  docker.cut();
  await waitUntil(() => docker.calls.includes("GET /containers/json"), 10_000, "the list");
  docker.emit("app-1", "update");
  await waitUntil(() => docker.calls.includes("GET /containers/app-1/json"), 10_000, "the query of an event");
  assert.deepEqual(docker.calls.filter((call) => call.startsWith("GET /containers/")).toSorted(), [
    "GET /containers/app-1/json",
    "GET /containers/json",
  ]);
});
