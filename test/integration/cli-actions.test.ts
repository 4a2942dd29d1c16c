import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";

const SECRET = { ADMIN_AUTH_METHOD: "bearer", ADMIN_AUTH_TOKEN: "t0ken" };

test("dag list, wake, keep, sleep, suspend and resume do what the dashboard's buttons do", async (t) => {
  const { gateway, dag } = await start(t);
  const asleep = await dag("list");
  assert.deepEqual([asleep.code, asleep.stderr], [0, ""]);
  assert.match(asleep.stdout, /^NAME +STATE +HOSTS\napp +asleep +app\.test\n$/u);

  assert.match((await dag("wake", "app")).stdout, /^app +(starting|ready) /mu);
  await gateway.waitForLog(({ event }) => event === "ready");
  const kept = JSON.parse((await dag("keep", "http://app.test/x", "--for", "8h", "--json")).stdout);
  assert.ok(Date.parse(kept.pinned_until) > Date.now() + 7 * 3_600_000);
  assert.match((await dag("list")).stdout, /^app +ready +app\.test +kept awake until 20/mu);

  assert.equal((await dag("sleep", "app")).code, 0);
  await gateway.waitForLog(({ event, reason }) => event === "stopped" && reason === "admin");
  const suspended = await dag("suspend", "app", "--for", "2h");
  assert.match(suspended.stdout, /suspended until 20/u);
  const [listed] = JSON.parse((await dag("list", "--json")).stdout);
  assert.equal(listed.name, "app");
  assert.ok(Date.parse(listed.suspended_until) > Date.now() + 3_600_000);
  assert.equal((await gateway.request({ host: "app.test" })).status, 503);
  assert.match((await dag("explain", "app")).stdout, /it is suspended/u);
  assert.match((await dag("wake", "app")).stderr, /^dag wake: it is suspended; resume it first \(dag resume, /mu);

  assert.equal((await dag("resume", "app")).code, 0);
  assert.equal((await gateway.request({ host: "app.test" })).text, "hello");
});

test("a failed command prints one sentence and has its own exit code", async (t) => {
  const { dag, gateway } = await start(t);
  for (const [args, code, says] of [
    [["suspend", "app"], 2, /^dag suspend: --for DURATION is missing/u],
    [["suspend", "app", "--for", "2"], 2, /^dag suspend: --for: 2 has no unit/u],
    [["suspend", "app", "--for", "0"], 2, /must be longer than 0/u],
    [["suspend", "app", "--for", "721h"], 2, /longer than 720h/u],
    [["keep", "app", "--for", "200h"], 2, /longer than 168h/u],
    [["wake"], 2, /HOST\|NAME is missing/u],
    [["wake", "ap"], 1, /no container, group or host is called "ap"; did you mean "app"\?/u],
  ] as const) {
    const ran = await dag(...args);
    assert.equal(ran.code, code, args.join(" "));
    assert.match(ran.stderr, says);
  }
  const stranger = await spawnDag(["sleep", "app"], { env: { CONFIG_PATH: gateway.configFile } });
  assert.deepEqual([stranger.code, /admin_auth/u.test(stranger.stderr)], [1, true]);
  const nobody = await spawnDag(["list"], { env: { GATEWAY_URL: `http://127.0.0.1:${await freePort()}` } });
  assert.deepEqual([nobody.code, /start the gateway/u.test(nobody.stderr)], [1, true]);
});

async function start(t: TestContext) {
  const port = await freePort();
  const script = `require("http").createServer((q, r) => r.end("hello")).listen(${port}, "127.0.0.1")`;
  const process_ = { command: [process.execPath, "-e", script], port };
  const gateway: Gateway = await startGateway(t, {
    env: SECRET,
    config: { containers: [{ name: "app", host: "app.test", idle_timeout: "1h", process: process_ }] },
  });
  const env = { CONFIG_PATH: gateway.configFile, ...SECRET };
  return { gateway, dag: (...args: readonly string[]) => spawnDag(args, { env }) };
}
