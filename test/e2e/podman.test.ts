import assert from "node:assert/strict";
import { after, describe, it, type TestContext } from "node:test";

import { openEngine, refer } from "../contract/engine-docker-subject.ts";
import { engineContract } from "../contract/engine.ts";
import { testDocker, uniqueName, type TestDocker } from "../support/docker.ts";
import { navigation } from "../support/http.ts";
import { startPrivatePodman, whyNoPrivatePodman, type PrivatePodman } from "../support/private-podman.ts";
import { startSleeping } from "../support/sleeping.ts";
import { skipOrFail } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";

let opening: Promise<PrivatePodman> | undefined;
after(async () => (await opening?.catch(() => undefined))?.stop());

const gaps = {
  "a limited program gets less of the CPU, until the limit is lifted":
    "Podman 4 does not know the call that changes the limits of a container (POST /containers/NAME/update)",
};

engineContract(
  "Podman",
  async (t) => {
    const podman = await enter(t);
    if (podman === undefined) return undefined;
    return {
      engine: openEngine(t, podman.host),
      missing: refer({ name: uniqueName("missing") }),
      create: async (program) =>
        refer(
          await podman.createContainer(
            program.kind === "app"
              ? { start: false, env: program.env ?? {} }
              : { start: false, image: "tiny", cmd: ["sh", "-c", program.script] },
          ),
        ),
    };
  },
  gaps,
);

describe("the gateway on Podman", () => {
  it("wakes an app with the container whose network it uses, and restarts it when that one was restarted", async (t) => {
    const podman = await enter(t);
    if (podman === undefined) return;
    const owner = await podman.createContainer({ image: "tiny", stopSignal: "SIGKILL" });
    const network = `container:${owner.name}`;
    const { gateway, host, app } = await startSleeping(t, podman, { app: { network, start: true } });
    assert.equal((await gateway.request({ host })).status, 200);
    await podman.docker.getContainer(owner.id).restart({ t: 0 });
    const state = async () =>
      (await gateway.request({ path: `/_status/explain?container=${app.name}` })).json().state as string;
    await waitUntil(async () => (await state()) === "unready", 10_000, "the gateway to know of the restart");
    assert.equal((await gateway.request({ host })).status, 200, "after the restart");
    await gateway.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
    await waitUntil(async () => !(await app.isRunning()), 15_000, "the stop");
    await owner.stop(0);
    assert.equal((await gateway.request({ host })).status, 200, "and wakes again");
    const { depends_on: needs } = (await gateway.request({ path: "/_status/api" }))
      .json()
      .containers.find(({ name }: { name: string }) => name === app.name);
    assert.deepEqual(needs, [{ name: owner.name, condition: "started" }]);
  });

  it("shows the page, answers a held request once, and stops what is idle", async (t) => {
    const podman = await enter(t);
    if (podman === undefined) return;
    const { gateway, host, app } = await startSleeping(t, podman, {
      app: { env: { NAME: "pod", DELAY_MS: "500" } },
      container: { idle_timeout: "2s" },
    });
    assert.equal((await gateway.request({ host, headers: navigation })).status, 503);
    const held = await gateway.request({ host, method: "POST", path: "/echo", body: "kept" });
    assert.equal(held.json().bytes, 4);
    await waitUntil(async () => !(await app.isRunning()), 15_000, "the idle stop");
    assert.equal((await gateway.request({ host })).status, 200, "and wakes again");
  });
});

async function enter(t: TestContext): Promise<TestDocker | undefined> {
  const reason = await whyNoPrivatePodman();
  if (reason !== undefined) {
    skipOrFail(t, reason);
    return undefined;
  }
  const podman = await (opening ??= startPrivatePodman());
  t.diagnostic(`Podman ${podman.version}`);
  return testDocker(t, podman.host);
}
