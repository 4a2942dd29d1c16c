import assert from "node:assert/strict";
import { describe } from "node:test";
import { navigation } from "../support/http.ts";
import { onDocker, startSleeping } from "../support/sleeping.ts";

/** An app of its own rules: `answer` gets the request and the response. */
function script(answer: string): readonly string[] {
  const body = `require("node:http").createServer((req, res) => { const host = req.headers.host; ${answer} }).listen(80)`;
  return ["node", "-e", body];
}

describe("an app that is asked whether it is well", () => {
  onDocker("is ready when it only forces https", async (t, docker) => {
    const forced = "res.writeHead(req.url === '/up' ? 301 : 200, { Location: `https://${host}${req.url}` }).end()";
    const { gateway, host } = await startSleeping(t, docker, {
      app: { cmd: script(forced) },
      container: { health_path: "/up" },
    });
    assert.equal((await gateway.request({ host })).status, 200);
  });

  onDocker("and sends its visitors to a login is named with that answer wherever its failure is", async (t, docker) => {
    const { gateway, app, host } = await startSleeping(t, docker, {
      app: { cmd: script("res.writeHead(302, { Location: '/login' }).end()") },
      container: { health_path: "/up", start_timeout: "3s" },
    });
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
  });

  for (const [what, app, container, answer] of [
    ["nobody listens", { image: "tiny" }, {}, "connection refused"],
    ["it answers an error", { cmd: script("res.writeHead(503).end()") }, { health_path: "/up" }, "/up: 503"],
  ] as const) {
    onDocker(`is named with its last answer when ${what}`, async (t, docker) => {
      const { gateway, host } = await startSleeping(t, docker, {
        app,
        container: { start_timeout: "2s", ...container },
      });
      const { detail } = (await gateway.request({ host })).json();
      assert.ok(detail.endsWith(`last answer: ${answer}`), detail);
    });
  }
});
