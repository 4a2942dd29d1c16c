import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, type TestContext } from "node:test";

import { uniqueName, type TestDocker } from "../support/docker.ts";
import type { TestContainer } from "../support/docker-container.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { navigation } from "../support/http.ts";
import { referenceConfig, type ReferenceNames } from "../support/reference-config.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

const host = "app.reference.test";
const keeper = { authorization: `Basic ${Buffer.from("keeper:of the file").toString("base64")}` };

describe("a user of the reference who changes the image and nothing else", () => {
  onDocker("finds the page, the polled endpoints and the app behind them", async (t, docker) => {
    const { gateway, app, database, closed } = await openStack(t, docker);
    const page = await gateway.request({ host: `${host}:8080`, path: "/deep", headers: navigation });
    assert.equal(page.status, 503);
    assert.ok(page.text.includes(app.name));

    const health = await poll(gateway, `/_health?container=${app.name}`);
    assert.ok(["starting", "running"].includes(health["status"] as string), JSON.stringify(health));
    assert.equal(health["error"], "");
    const { lines } = await poll(gateway, `/_logs?container=${app.name}`);
    assert.ok(Array.isArray(lines));
    assert.ok(lines.length <= 12 && lines.every((line) => typeof line === "string"));

    const held = await gateway.request({ host: `${host}:8080`, method: "POST", path: "/echo", body: "kept" });
    assert.equal(held.json().bytes, 4);
    const stream = await gateway.open({ host: `${host}:8080`, path: "/sse" }); // its idle timeout is short
    assert.ok(await database.isRunning(), "what it depends on is awake too");
    assert.equal((await poll(gateway, `/_health?container=${app.name}`))["status"], "running");
    stream.destroy();
    // Without a wake there is no start to report.
    assert.equal((await poll(gateway, `/_health?container=${closed.name}`))["status"], "unknown");
  });

  onDocker("finds every field of the status document, and wakes from there", async (t, docker) => {
    const { gateway, app } = await openStack(t, docker);
    assert.equal((await gateway.request({ path: "/_status" })).status, 401);
    const page = await gateway.request({ path: "/_status", headers: { ...keeper, ...navigation } });
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"] ?? "", /text\/html/u);

    const before = await statusOf(gateway, app.name);
    assert.deepEqual(pick(before, ["host", "status", "start_state", "icon", "target_port", "network"]), {
      host: "app.reference.test:8080",
      status: "exited",
      start_state: "unknown",
      icon: "nodedotjs",
      target_port: "80",
      network: (await app.inspect()).HostConfig.NetworkMode,
    });
    assert.deepEqual(pick(before, ["start_timeout", "idle_timeout", "idle_timeout_sec"]), {
      start_timeout: "30s",
      idle_timeout: "3s",
      idle_timeout_sec: 3,
    });

    const wake = { path: `/_status/wake?container=${app.name}`, method: "POST", headers: keeper };
    assert.equal((await gateway.request(wake)).status, 202);
    const awake = await waitUntil(async () => {
      const status = await statusOf(gateway, app.name);
      return status["start_state"] === "running" && status;
    });
    assert.equal(awake["status"], "running");
    assert.match(String(awake["image"]), /dag-test\/app/u);
    assert.ok(!Number.isNaN(Date.parse(String(awake["started_at"]))));
    assert.ok(!Number.isNaN(Date.parse(String(awake["last_request"]))));
    const left = awake["idle_remaining_sec"];
    assert.ok(typeof left === "number" && left >= 0 && left <= 3, String(left));
    // The idle stop, and that the metrics report all this under the names of the reference.
    await waitUntil(async () => !(await app.isRunning()), 15_000, "the idle stop");
    await checkMetrics(gateway, app.name);
  });

  onDocker("finds groups, schedules and the access without DNS", async (t, docker) => {
    const { gateway, closed, members } = await openStack(t, docker, {
      ADMIN_AUTH_USERNAME: "other",
      ADMIN_AUTH_PASSWORD: "of the environment",
      SCHEDULE_TIMEZONE: "Europe/Rome",
    });
    const ask = async (): Promise<string> =>
      (await gateway.request({ host: "group.reference.test" })).text.match(/Hello from ([\w-]+)/u)?.[1] ?? "";
    // All members wake together; who is ready first answers alone until the other is.
    const names = new Set<string>();
    await waitUntil(async () => names.add(await ask()).size === 2, 20_000, "an answer of each member");
    assert.notEqual(await ask(), await ask(), "round-robin over both");
    for (const member of members) assert.ok(await member.isRunning());

    const offline = await gateway.request({ host: "closed.reference.test", headers: navigation });
    assert.equal(offline.status, 503);
    assert.equal(await closed.isRunning(), false);

    const direct = await gateway.request({ host: "127.0.0.1", path: `/?container=${members[0]?.name}` });
    assert.match(direct.text, /Hello from member-1/u);

    const headers = { authorization: `Basic ${Buffer.from("other:of the environment").toString("base64")}` };
    assert.equal((await gateway.request({ path: "/_topology" })).status, 401);
    const topology = await gateway.request({ path: "/_topology?format=json", headers });
    assert.equal(topology.status, 200);
    assert.ok(topology.text.includes("reference-group"));
    const stop = { path: `/_status/stop?container=${members[0]?.name}`, method: "POST", headers };
    assert.equal((await gateway.request(stop)).status, 202);
    await waitUntil(async () => !(await members[0]?.isRunning()), 15_000, "the stop");
    for (const path of ["/_live", "/_ready"]) assert.equal((await gateway.request({ path })).status, 200, path);
  });

  onDocker("keeps labels, variables and SIGHUP", async (t, docker) => {
    const labels = { "dag.enabled": "true", "dag.host": "label.reference.test", "dag.target_port": "80" };
    const more = {
      "dag.idle_timeout": "30m",
      "dag.icon": "nginx",
      "dag.redirect_path": "/",
      "dag.start_timeout": "20s",
      "dag.health_path": "/health",
      "dag.network": "bridge",
      "dag.schedule_start": "0 0 * * *",
      "dag.schedule_stop": "",
      "dag.schedule_timezone": "Europe/Rome",
    };
    const needed = await docker.createContainer({ start: false });
    const depends = { "dag.depends_on": needed.name };
    const labelled = await docker.createContainer({ start: false, labels: { ...labels, ...more, ...depends } });
    const { gateway, app } = await openStack(t, docker, {
      ADMIN_AUTH_METHOD: "bearer",
      ADMIN_AUTH_TOKEN: "of-the-environment",
      DISCOVERY_INTERVAL: "2s",
    });
    const bearer = { authorization: "Bearer of-the-environment" };
    assert.equal((await gateway.request({ path: "/_status/api", headers: keeper })).status, 401);
    const document = (await gateway.request({ path: "/_status/api", headers: bearer })).json();
    const found = document.containers.find(({ name }: { name: string }) => name === labelled.name);
    assert.deepEqual(pick(found, ["icon", "idle_timeout", "network", "start_timeout", "target_port", "warnings"]), {
      icon: "nginx",
      idle_timeout: "30m0s",
      network: "bridge",
      start_timeout: "20s",
      target_port: "80",
      warnings: [],
    });
    assert.equal((await gateway.request({ host: "label.reference.test" })).status, 200);
    assert.ok(await needed.isRunning(), "what it depends on is awake too");

    const text = readFileSync(gateway.configFile, "utf8");
    writeFileSync(gateway.configFile, text.replace("app.reference.test:8080", "renamed.reference.test"));
    gateway.signal("SIGHUP");
    await waitUntil(async () => {
      const page = await gateway.request({ host: "renamed.reference.test", headers: navigation });
      return page.status === 503 && page.text.includes(app.name);
    });
    assert.equal((await gateway.request({ host: `${host}:8080` })).status, 404, "the old host is gone");
  });
});

interface Stack {
  readonly gateway: Gateway;
  readonly app: TestContainer;
  readonly database: TestContainer;
  readonly closed: TestContainer;
  readonly members: readonly TestContainer[];
}

async function openStack(t: TestContext, docker: TestDocker, env: Record<string, string> = {}): Promise<Stack> {
  const network = await docker.createNetwork();
  const create = (role: string, more: object = {}): Promise<TestContainer> =>
    docker.createContainer({ name: uniqueName(role), start: false, env: { NAME: role }, ...more });
  const [app, database, closed, one, two] = await Promise.all([
    create("app", { network, env: { NAME: "app", DELAY_MS: "500" } }),
    create("database"),
    create("closed"),
    create("member-1"),
    create("member-2"),
  ]);
  const names: ReferenceNames = {
    app: app.name,
    database: database.name,
    closed: closed.name,
    members: [one.name, two.name],
    network,
  };
  const config = (port: number): string => referenceConfig(port, names);
  const gateway = await startGateway(t, { dockerHost: docker.host, config, env });
  return { gateway, app, database, closed, members: [one, two] };
}

/** An address may send one request a second, as with the reference: a 429 says when to retry. */
async function poll(gateway: Gateway, path: string): Promise<Record<string, unknown>> {
  const answer = await waitUntil(async () => {
    const said = await gateway.request({ host, path });
    return said.status === 200 && said;
  });
  return answer.json();
}

async function statusOf(gateway: Gateway, name: string): Promise<Record<string, unknown>> {
  const answer = await gateway.request({ path: "/_status/api", headers: keeper });
  assert.equal(answer.status, 200);
  const { containers, updated_at: updatedAt } = answer.json();
  assert.ok(Date.now() - Date.parse(updatedAt) < 60_000, updatedAt);
  return containers.find((container: { name: string }) => container.name === name);
}

async function checkMetrics(gateway: Gateway, name: string): Promise<void> {
  await gateway.request({ host: `${host}:8080` });
  const { text } = await gateway.request({ path: "/_metrics", headers: keeper });
  const of = `container="${name}"`;
  for (const series of [
    `gateway_requests_total{${of},status_code="200"}`,
    `gateway_request_duration_seconds_count{${of}}`,
    `gateway_starts_total{${of},result="success"}`,
    `gateway_start_duration_seconds_bucket{${of},le="2.5"}`,
    `gateway_idle_stops_total{${of}}`,
  ])
    assert.ok(text.includes(series), `${series} is missing in\n${text}`);
}

function pick(from: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}
