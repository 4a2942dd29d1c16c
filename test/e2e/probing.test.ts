import assert from "node:assert/strict";
import { describe } from "node:test";
import { navigation } from "../support/http.ts";
import { startGateway } from "../support/gateway.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";

/** An app of its own rules: `answer` gets the request and the response. */
function script(answer: string): readonly string[] {
  const body = `require("node:http").createServer((req, res) => { const host = req.headers.host; ${answer} }).listen(80)`;
  return ["node", "-e", body];
}

describe("an app with a health check by HTTP", () => {
  onDocker("is ready when it only forces https", async (t, docker) => {
    const forced = "res.writeHead(req.url === '/up' ? 301 : 200, { Location: `https://${host}${req.url}` }).end()";
    const { gateway, host } = await startSleeping(t, docker, {
      app: { cmd: script(forced) },
      container: { health_path: "/up" },
    });
    assert.equal((await gateway.request({ host })).status, 200);
  });

  onDocker(
    "and redirects to a login is reported with that response wherever its failure is shown",
    async (t, docker) => {
      const { gateway, app, host } = await startSleeping(t, docker, {
        app: { start: true, cmd: script("res.writeHead(302, { Location: '/login' }).end()") },
        container: { health_path: "/up", start_timeout: "3s" },
      });
      await app.untilListens(80);
      const answer = "/up: 302 → /login";
      const waiting = gateway.request({ host });
      const problem = await waiting;
      assert.equal(problem.status, 502);
      assert.ok(problem.json().detail.endsWith(answer), problem.json().detail);
      const page = await gateway.request({ host, headers: navigation });
      assert.ok(page.text.includes(answer), "the page");
      const health = (await gateway.request({ host, path: `/_health?container=${app.name}` })).json();
      assert.ok(health.error.includes(answer), health.error);
      const line = await gateway.waitForLog(({ event }) => event === "wake-failed");
      assert.ok(String(line["msg"]).includes(answer), String(line["msg"]));
      const explained = await gateway.request({ path: `/_status/explain?container=${app.name}` });
      assert.ok(explained.json().transitions.at(-1).why.includes(answer), explained.text);
    },
  );

  for (const [what, spec, container, answer] of [
    ["nobody listens", { image: "tiny" }, {}, "connection refused"],
    ["it answers an error", { cmd: script("res.writeHead(503).end()") }, { health_path: "/up" }, "/up: 503"],
  ] as const) {
    onDocker(`is named with its last answer when ${what}`, async (t, docker) => {
      const { gateway, app, host } = await startSleeping(t, docker, {
        app: { start: true, ...spec },
        container: { start_timeout: "2s", ...container },
      });
      if ("cmd" in spec) await app.untilListens(80);
      const { detail } = (await gateway.request({ host })).json();
      assert.ok(detail.endsWith(`last answer: ${answer}`), detail);
    });
  }
});

/** As Django and Rails: 400 for every host that is not among its own. */
const picky = (host: string): readonly string[] =>
  script(`res.writeHead(host.split(":")[0] === "${host}" ? 200 : 400).end(host)`);

describe("an app that answers to its own host names only", () => {
  onDocker(
    "is probed with hosts that visitors requested if its host is a wildcard, also whether it is busy",
    async (t, docker) => {
      const { gateway, app } = await startSleeping(t, docker, {
        app: { cmd: picky("one.shop.test") },
        container: { host: "*.shop.test", health_path: "/up", busy_path: "/busy", idle_timeout: "1s" },
      });
      const visit = (host: string) => gateway.request({ host, path: "/page" });
      assert.equal((await visit("one.shop.test")).status, 200);
      await gateway.waitForLog(({ event, reason }) => event === "vetoed" && reason === "busy-path", 10_000);
      assert.equal(await app.isRunning(), true, "a busy app is not put to sleep");
      for (const name of ["a", "b", "c", "d"]) assert.equal((await visit(`${name}.shop.test`)).status, 400);

      const restart = await gateway.stop().then(() => gateway.restart());
      await restart.request({ method: "POST", path: `/_status/stop?container=${app.name}` });
      await restart.waitForLog(({ event }) => event === "stopped", 15_000);
      const stranger = await restart.request({ host: "stranger.shop.test" });
      assert.deepEqual([stranger.status, stranger.text], [400, "stranger.shop.test"], "the app's own word");
    },
  );

  onDocker("is probed by its group's host, or by health_host", async (t, docker) => {
    const member = await docker.createContainer({ start: false, cmd: picky("group.test") });
    const labels = {
      "dag.enabled": "true",
      "dag.host": "*.wild.test, plain.test",
      "dag.health_path": "/up",
      "dag.health_host": "Inner.Test",
    };
    await docker.createContainer({ start: false, cmd: picky("inner.test"), labels });
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: {
        containers: [{ name: member.name, health_path: "/up" }],
        groups: [{ name: "pair", host: "group.test", containers: [member.name] }],
      },
    });
    const statuses = ["group.test", "any.wild.test"].map(async (host) => (await gateway.request({ host })).status);
    assert.deepEqual(await Promise.all(statuses), [200, 400]);
  });
});
