import assert from "node:assert/strict";
import { test } from "node:test";
import { APP_STATUS, startEndpoints } from "./endpoints-fixture.ts";
import { settingsOf } from "./settings.ts";

test("with several ports, the port of the host decides: whose own /_health it is, and how the app is", async (t) => {
  const hosts = ["s3.test", "ui.test"];
  const settings = settingsOf([{ name: "store", hosts, hostPorts: { "ui.test": 9001 } }]);
  const { ask, clock, lifecycle, record } = await startEndpoints(t, settings, {
    workloads: { store: { otherPorts: { 9001: 9_000 } } },
  });
  lifecycle.wake(record("store"), "request");
  await clock.advance(2_000);
  const seen = async (host: string) => {
    const { status } = await ask("/_health", { host });
    await clock.advance(1_000);
    return [status, (await ask("/_health?container=store", { host })).json().status];
  };
  assert.deepEqual(await seen("s3.test"), [APP_STATUS, "running"]);
  await clock.advance(1_000);
  assert.deepEqual(await seen("ui.test"), [200, "starting"]);
});
