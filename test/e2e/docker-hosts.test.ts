import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type PrivateDocker, startPrivateDocker } from "../../scripts/private-docker.ts";
import { makeAuthority, makeCertificate } from "../support/authority.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, testDocker, type TestDocker } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { startStaticDocker } from "../support/static-docker.ts";
import { waitUntil } from "../support/wait-until.ts";

interface Hosts {
  readonly local: TestDocker;
  readonly nas: TestDocker;
  readonly daemon: PrivateDocker;
}

/** The run's Docker, and one more. */
async function openHosts(t: TestContext, args: readonly string[] = []): Promise<Hosts | undefined> {
  const local = dockerOrSkip(t);
  if (local === undefined) return undefined;
  const daemon = await startPrivateDocker({ args });
  cleanup(t, () => daemon.stop());
  return { local, nas: testDocker(t, daemon.host), daemon };
}

const labels = (host: string) => ({ "dag.enabled": "true", "dag.host": host, "dag.target_port": "80" });
const isRunning = async ({ docker }: TestDocker, id: string): Promise<boolean> =>
  (await docker.getContainer(id).inspect()).State.Running;

test("containers of the same name on two Docker hosts wake each on its own, and the name alone is a fault", async (t) => {
  const hosts = await openHosts(t);
  if (hosts === undefined) return;
  const { local, nas } = hosts;
  const name = "twins";
  const here = await local.createContainer({ name, start: false });
  const there = await nas.createContainer({ name, start: false });
  const docker = [{ name: "local" }, { name: "nas", host: nas.host }];
  const containers = ["local", "nas"].map((host) => ({
    name: `${host}:${name}`,
    host: `${host}.twins.test`,
    target_port: 80,
  }));
  const gateway = await startGateway(t, {
    dockerHost: local.host,
    config: { gateway: { trusted_proxies: ["127.0.0.1"] }, docker, containers },
  });

  assert.equal((await gateway.request({ host: "nas.twins.test" })).status, 200);
  assert.deepEqual([await isRunning(local, here.id), await isRunning(nas, there.id)], [false, true]);
  assert.equal((await gateway.request({ host: "local.twins.test" })).status, 200);
  assert.equal(await isRunning(local, here.id), true);
  const status = (await gateway.request({ path: "/_status/api" })).json();
  assert.deepEqual(status.containers.map((one: { name: string }) => one.name).toSorted(), ["nas:twins", "twins"]);

  for (const [alias, engine] of [
    ["local:twins", "local"],
    ["nas:twins", "nas"],
  ] as const) {
    const named = { host: "front.test", path: `/_auth/nginx/container/${encodeURIComponent(alias)}` };
    const headers = { "x-forwarded-host": "x.test", "x-forwarded-uri": "/" };
    assert.equal((await gateway.request({ ...named, headers })).status, 200, named.path);
    const asked = await spawnDag(["explain", alias, "--json"], {
      env: { GATEWAY_URL: `http://127.0.0.1:${gateway.port}` },
    });
    assert.equal(asked.code, 0, asked.stderr);
    const own = alias.replace("local:", "");
    assert.equal(JSON.parse(asked.stdout).name, own);
    const one = status.containers.find((container: { name: string }) => container.name === own);
    assert.equal(one.engine, engine);
  }
  const { nodes } = (await gateway.request({ path: "/_topology?format=json" })).json();
  assert.deepEqual(nodes.map((node: { engine: string }) => node.engine).toSorted(), ["local", "nas"]);
  const scraped = (await gateway.request({ path: "/_metrics" })).text;
  assert.match(scraped, /^gateway_engine_up\{engine="nas"\} 1$/mu);
  writeFileSync(
    gateway.configFile,
    readFileSync(gateway.configFile, "utf8").replace(nas.host, "unix:///elsewhere.sock"),
  );
  await gateway.waitForLog(({ msg }) => /docker is not reloaded: .* after a restart/u.test(String(msg)));
  assert.equal((await gateway.request({ host: "nas.twins.test" })).status, 200);

  const ambiguous = { docker, containers: [{ name, host: "app.twins.test" }] };
  const file = path.join(mkdtempSync(path.join(tmpdir(), "dag-hosts-")), "config.yaml");
  cleanup(t, () => rmSync(path.dirname(file), { recursive: true, force: true }));
  writeFileSync(file, JSON.stringify(ambiguous));
  const check = await spawnDag(["check", "--docker", file], { env: { DOCKER_HOST: local.host } });
  assert.equal(check.code, 2);
  assert.match(check.stderr, /container "twins": .*local:twins or nas:twins/u);
});

test("an app of another host is woken with what it needs there, although nothing but the app is labelled", async (t) => {
  const hosts = await openHosts(t);
  if (hosts === undefined) return;
  const { local, nas } = hosts;
  const base = await nas.createContainer({ name: "base", start: false });
  const app = { ...labels("leans.hosts.test"), "dag.depends_on": "base" };
  await nas.createContainer({ name: "leans", labels: app, start: false });
  const docker = [{ name: "nas", host: nas.host }];
  const gateway = await startGateway(t, { dockerHost: local.host, config: { docker } });
  assert.equal((await gateway.request({ host: "leans.hosts.test" })).status, 200);
  assert.equal(await isRunning(nas, base.id), true);
});

test("a host that is killed affects only its own apps, whose pages name it, and recovers", async (t) => {
  const hosts = await openHosts(t);
  if (hosts === undefined) return;
  const { local, nas, daemon } = hosts;
  await local.createContainer({ name: "stays", labels: labels("stays.hosts.test") });
  await nas.createContainer({ name: "leaves", labels: labels("leaves.hosts.test"), start: false });
  const docker = [{ name: "nas", host: nas.host }];
  const gateway = await startGateway(t, { dockerHost: local.host, config: { docker } });
  assert.equal((await gateway.request({ host: "stays.hosts.test" })).status, 200);

  let lost = 0;
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < 10_000) {
      if (sent === 1_000) void daemon.halt("SIGKILL");
      sent += 1;
      if ((await statusOf(gateway.port, "stays.hosts.test")) !== 200) lost += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  assert.equal(lost, 0);
  await gateway.waitForLog(({ event, engine }) => event === "engine" && engine === "nas");
  assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
  const problem = (await gateway.request({ host: "leaves.hosts.test" })).json();
  assert.match(problem.detail, /nas cannot be reached/u);

  await daemon.resume();
  await waitUntil(
    async () => (await gateway.request({ host: "leaves.hosts.test" })).status === 200,
    30_000,
    "the app of nas",
  );
});

test("TLS: the right certificates are trusted; wrong ones are one error each, which affects no other host", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-ca-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const file = (name: string): string => path.join(dir, name);
  makeAuthority(file("ca"));
  makeAuthority(file("wrong"));
  const addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"].map((address) => `IP:${address}`);
  makeCertificate(file("ca"), file("server"), `subjectAltName=${addresses.join(",")}`);
  makeCertificate(file("ca"), file("client"), "extendedKeyUsage=clientAuth");
  makeCertificate(file("wrong"), file("stranger"), "extendedKeyUsage=clientAuth");
  const port = await freePort();
  const tls = [
    "--tlsverify",
    `--tlscacert=${file("ca.pem")}`,
    `--tlscert=${file("server.pem")}`,
    `--tlskey=${file("server.key")}`,
  ];
  const hosts = await openHosts(t, ["--host", `tcp://0.0.0.0:${port}`, ...tls]);
  if (hosts === undefined) return;
  const { local, nas } = hosts;
  await local.createContainer({ labels: labels("near.hosts.test"), start: false });
  await nas.createContainer({ labels: labels("far.hosts.test"), start: false });
  const place = {
    host: `tcp://127.0.0.1:${port}`,
    tls: { ca: file("ca.pem"), cert: file("client.pem"), key: file("client.key") },
  };
  const good = await startGateway(t, { dockerHost: local.host, config: { docker: [{ name: "nas", ...place }] } });
  assert.equal((await good.request({ host: "far.hosts.test" })).status, 200);
  await good.stop();

  const { tls: own } = place;
  const wrong: Readonly<Record<string, { at: number; tls?: object; says: RegExp }>> = {
    authority: { at: 2, tls: { ...own, ca: file("wrong.pem") }, says: /self.signed|unable to verify/u },
    client: {
      at: 3,
      tls: { ...own, cert: file("stranger.pem"), key: file("stranger.key") },
      says: /bad certificate\)/u,
    },
    plain: { at: 4, says: /requires TLS/u },
    named: { at: 5, tls: own, says: /is not in the cert's list: 127/u },
  };
  const docker = Object.entries(wrong).map(([name, { at, tls: files }]) => {
    return { name, host: `tcp://127.0.0.${at}:${port}`, ...(files && { tls: files }) };
  });
  const bad = await startGateway(t, { dockerHost: local.host, config: { docker } });
  assert.equal((await bad.request({ host: "near.hosts.test" })).status, 200);
  for (const [name, { says }] of Object.entries(wrong)) {
    const isAbout = ({ msg }: { msg?: unknown }): boolean => String(msg).startsWith(`${name} `);
    await bad.waitForLog(isAbout);
    const messages = bad.log.filter(isAbout).map(({ msg }) => String(msg));
    assert.equal(messages.length, 1, messages.join("\n"));
    assert.match(messages[0] ?? "", new RegExp(`^${name} cannot be reached .*docker "${name}": tls`, "u"));
    assert.match(messages[0] ?? "", says);
  }
});

test("a host that never answers delays the start by 3 s, once, and no lists of other hosts", async (t) => {
  const accepted = new Set<Socket>();
  const silent = createServer((socket) => void accepted.add(socket.on("error", () => {})));
  cleanup(t, () => {
    for (const socket of accepted) socket.destroy();
    silent.close();
  });
  const port = await freePort();
  await once(silent.listen(port, "127.0.0.1"), "listening");
  const docker = [{ name: "nas", host: `tcp://127.0.0.1:${port}` }];
  const containers = [{ name: "nas:far", host: "far.hosts.test" }];
  const near = await startStaticDocker(t, 1);
  const config = { gateway: { discovery_interval: "200ms" }, docker, containers };
  const gateway = await startGateway(t, { dockerHost: near.host, config });
  const configured = await gateway.waitForLog(({ event }) => event === "settings");
  const started = await gateway.waitForLog(({ msg }) => msg === "gateway started");
  const waitedMs = Date.parse(String(started["time"])) - Date.parse(String(configured["time"]));
  // Waited for twice it would be 6 s at least.
  assert.ok(waitedMs < 5_900, `${waitedMs} ms`);
  near.calls.length = 0;
  const lists = (): number => near.calls.filter((call) => call === "GET /containers/json").length;
  // Each call to the silent host takes 10 s.
  await waitUntil(() => lists() >= 5, 20_000, "five lists");
});

const agent = new Agent({ keepAlive: true });

/** On a kept connection, since so many are sent. */
function statusOf(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = get({ port, agent, host: "127.0.0.1", headers: { host } }, (res) => {
      res.resume().once("end", () => resolve(res.statusCode));
    });
    sent.once("error", () => resolve(undefined));
  });
}
