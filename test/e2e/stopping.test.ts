import assert from "node:assert/strict";
import { describe } from "node:test";
import { startGateway } from "../support/gateway.ts";
import { navigation } from "../support/http.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startReceiver } from "../support/webhook-receiver.ts";

/** Longer than the default time of a stop. */
const SLOW = { STOP_DELAY_MS: "11000" };

describe("a container that takes long to stop", () => {
  onDocker(
    "has its own stop timeout, also as a dependency, and visitors see that it is stopping",
    async (t, docker) => {
      const app = await docker.createContainer({ start: false, stopTimeout: 30, env: SLOW });
      const web = await docker.createContainer({ start: false });
      const db = await docker.createContainer({ start: false, stopTimeout: -1, env: SLOW });
      const gateway = await startGateway(t, {
        dockerHost: docker.host,
        config: {
          containers: [
            { name: app.name, host: "app.test", hold_timeout: "1s" },
            { name: web.name, host: "web.test", depends_on: [db.name], idle_timeout: "1s", stop_timeout: "1s" },
            { name: db.name },
          ],
        },
      });
      const isAwake = async (host: string): Promise<boolean> => (await gateway.request({ host })).status === 200;
      await Promise.all(["app.test", "web.test"].map((host) => waitUntil(() => isAwake(host), 20_000, host)));
      const stop = { method: "POST", path: `/_status/stop?container=${app.name}` };
      assert.equal((await gateway.request(stop)).status, 202);
      await waitUntil(async () => /SIGTERM/u.test(await app.logs()), 5_000, "the signal");

      const page = await gateway.request({ host: "app.test", headers: navigation });
      assert.equal(page.status, 503);
      assert.match(page.text, /still stopping/iu);
      const problem = await gateway.request({ host: "app.test" });
      assert.deepEqual([problem.status, problem.json().code], [503, "hold-timeout"]);
      assert.match(problem.json().detail, /still stopping/u);
      const health = (await gateway.request({ host: "app.test", path: `/_health?container=${app.name}` })).json();
      assert.deepEqual([health.status, health.phase], ["starting", "stopping"]);
      const german = await gateway.request({ host: "app.test", headers: { ...navigation, "accept-language": "de" } });
      assert.match(german.text, /noch nicht beendet/iu);

      await gateway.waitForLog(({ event, container }) => event === "stopped" && container === app.name, 20_000);
      await gateway.waitForLog(({ event, container }) => event === "stopped" && container === db.name, 20_000);
      assert.equal((await db.inspect()).State.ExitCode, 0);
      assert.equal((await gateway.request({ host: "app.test" })).status, 200, "and it wakes after it");
      assert.deepEqual(
        gateway.log.filter(({ event }) => event === "killed"),
        [],
      );
    },
  );

  onDocker(
    "is killed after stop_timeout where that is set, and log, timeline and webhook warn of it",
    async (t, docker) => {
      const webhooks = await startReceiver(t);
      const { app, gateway, host } = await startSleeping(t, docker, {
        app: { stopTimeout: 60, env: { IGNORE_SIGTERM: "1" } },
        container: { idle_timeout: "1s", stop_timeout: "1500ms" },
        gateway: { notify: [{ url: webhooks.url, events: ["failed"] }] },
      });
      assert.equal((await gateway.request({ host })).status, 200);
      const line = await gateway.waitForLog(({ event }) => event === "killed", 15_000);
      assert.deepEqual([line["level"], line["container"], line["timeout_ms"]], ["warn", app.name, 1_500]);
      assert.match(String(line["msg"]), /did not end within 1\.50 s.*killed/u);
      const said = await waitUntil(() => webhooks.received.find((one) => one.json().reason === "killed"));
      assert.match(said.json().message, /did not end within 1\.50 s.*killed/u);
      const path = `/_status/explain?container=${app.name}`;
      const { transitions } = (await gateway.request({ path })).json();
      assert.match(transitions.at(-1).why, /did not end within 1\.50 s.*killed/u);
    },
  );
});
