import assert from "node:assert/strict";
import { spawn as spawnChild } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { spawnDag } from "../support/spawn-dag.ts";
import { startGateway } from "../support/gateway.ts";
import { freePort, navigation } from "../support/http.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

function config(t: TestContext, content: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-cli-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, "config.yaml");
  writeFileSync(file, content);
  return file;
}

const answered: readonly [args: readonly string[], stdout: RegExp][] = [
  [["--help"], /^Docker Awakening Gateway[^]*^ {2}serve +runs the gateway[^]*^Exit codes: 0 ok, 1 /m],
  [["--version"], new RegExp(`^${version.replaceAll(".", "\\.")}\n$`)],
  [["schema"], /^\{\n {2}"\$schema"/],
  [["serve", "--help"], /^Usage: dag serve\n/],
];
for (const [args, stdout] of answered) {
  test(`dag ${args.join(" ")} is a 0 and says so on standard output alone`, async () => {
    const ran = await spawnDag(args);
    assert.match(ran.stdout, stdout);
    assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  });
}

const refused: readonly [args: readonly string[], stderr: RegExp][] = [
  [["srve"], /^dag: unknown command "srve"\. Did you mean "serve"\?$/m],
  [["serve", "--port", "80"], /^dag serve: unknown option --port\nusage: dag serve$/m],
  [["demo", "0x50"], /^dag demo: "0x50" is not a port; use a number from 1 to 65535$/m],
  [["check", "/nonexistent/config.yaml"], /^\/nonexistent\/config\.yaml: no such file$/m],
];
for (const [args, stderr] of refused) {
  test(`dag ${args.join(" ")} is bad usage: a 2, and one sentence on standard error`, async () => {
    const ran = await spawnDag(args);
    assert.match(ran.stderr, stderr);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  });
}

for (const args of [[], ["serve"], ["check"]]) {
  test(`dag ${args.join(" ")} with a faulty configuration is a 2 that says all faults at once`, async (t) => {
    const file = config(t, "gateway: {prot: 80, log_lines: many}\ncontainers: [{name: a, weight: 0}]");
    const env = { CONFIG_PATH: file, SCHEDULE_TIMEZONE: "Mars/Olympus" };
    const ran = await spawnDag(args, { env });
    const faults = ran.stderr.replaceAll(file, "config.yaml").trimEnd().split("\n");
    assert.match(faults[0] ?? "", /^environment variable SCHEDULE_TIMEZONE: /);
    assert.match(faults[1] ?? "", /^config\.yaml:1:11: gateway\.prot: unknown key; did you mean "port"\?$/);
    assert.match(faults[2] ?? "", /^config\.yaml:1:32: gateway\.log_lines: "many" is not a whole number$/);
    assert.match(faults[3] ?? "", /^config\.yaml:2:32: containers\[0\]\.weight: "0" is out of range: 1 to 1000$/);
    assert.equal(faults.length, args[0] === "check" ? 5 : 4);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  });
}

for (const command of ["serve", "check"]) {
  test(`dag ${command} with an unusable DOCKER_HOST is a 2, and one sentence says what to set`, async (t) => {
    const env = { CONFIG_PATH: config(t, ""), DOCKER_HOST: "ssh://root@nas" };
    const { code, stdout, stderr } = await spawnDag([command], { env });
    assert.match(stderr, /^DOCKER_HOST is "ssh:\/\/root@nas": use unix:\/\//);
    assert.deepEqual([code, stdout], [2, ""]);
  });
}

for (const [command, what] of [
  ["serve", "set gateway.port"],
  ["demo", "name another port: dag demo 8080"],
] as const) {
  test(`dag ${command} on a port that is taken is a 1, and one sentence says what to do`, async (t) => {
    const holder = createServer();
    holder.listen(0, "127.0.0.1");
    await once(holder, "listening");
    t.after(() => holder.close());
    const { port } = holder.address() as AddressInfo;
    const env = {
      CONFIG_PATH: config(t, `gateway: {port: ${port}, bind: 127.0.0.1, state_file: ""}`),
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
    };
    const { code, stdout } = await spawnDag(command === "demo" ? [command, String(port)] : [command], { env });
    const { time: _, ...last } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    assert.deepEqual(last, {
      level: "error",
      msg: `port ${port} is in use: stop the program that listens on it, or ${what}`,
    });
    assert.equal(code, 1);
  });
}

test("a reload reports which keys require a restart, and keeps their old values", async (t) => {
  const gateway = await startGateway(t);
  writeFileSync(gateway.configFile, "gateway: {port: 1, admin_auth: {method: bearer, token: s3cret}, log_lines: 5}");
  gateway.signal("SIGHUP");
  await gateway.waitForLog(({ msg }) => msg === "configuration reloaded");
  const waiting = gateway.log.map(({ msg }) => String(msg)).filter((msg) => msg.includes("not reloaded"));
  assert.deepEqual(
    [...new Set(waiting)], // the changed file may have caused a reload of its own
    ["port", "bind", "admin_auth", "state_file"].map(
      (key) => `gateway.${key} is not reloaded: the new value counts after a restart`,
    ),
  );
  assert.equal((await gateway.request({ path: "/_status/api" })).status, 200);
  assert.ok(!JSON.stringify(gateway.log).includes("s3cret"));
});

test("a faulty change of the file is not applied, and shown on the dashboard until it is corrected", async (t) => {
  const gateway = await startGateway(t);
  const sound = readFileSync(gateway.configFile, "utf8");
  const change = async (content: string, isLogged: (msg: string) => boolean): Promise<void> => {
    writeFileSync(gateway.configFile, content);
    await gateway.waitForLog(({ msg }) => isLogged(String(msg)));
  };
  const dashboard = async (): Promise<string> =>
    (await gateway.request({ path: "/_status", headers: { ...navigation, "accept-language": "it" } })).text;
  const refusedConfig = async (): Promise<unknown> =>
    (await gateway.request({ path: "/_status/api" })).json().refused_configuration;

  await change("gateway: {<b>: 1}\ncontainers: [{name: a, hots: a}]", (msg) => msg.includes("containers[0].hots"));
  const faults = [
    `${gateway.configFile}:1:11: gateway["<b>"]: unknown key`,
    `${gateway.configFile}:2:24: containers[0].hots: unknown key; did you mean "host"?`,
  ];
  assert.deepEqual(await refusedConfig(), faults);
  assert.match(
    await dashboard(),
    /Configurazione non ricaricata[^]*gateway\[&quot;&lt;b&gt;&quot;\][^]*containers\[0\]\.hots/,
  );

  await change(sound, (msg) => msg === "configuration reloaded");
  assert.deepEqual(await refusedConfig(), []);
  assert.doesNotMatch(await dashboard(), /Configurazione non ricaricata/);
});

test("an open dashboard learns at once that a faulty change of the file is not applied", async (t) => {
  const gateway = await startGateway(t);
  const signal = AbortSignal.timeout(30_000);
  const stream = await fetch(`http://127.0.0.1:${gateway.port}/_status/events`, { signal });
  writeFileSync(gateway.configFile, "gateway: {prot: 1}");
  let heard = "";
  for await (const part of stream.body ?? []) {
    heard += Buffer.from(part).toString();
    if (heard.includes("event: change")) break;
  }
  const { refused_configuration: faults } = (await gateway.request({ path: "/_status/api" })).json();
  assert.match(String(faults), /gateway\.prot: unknown key/);
});

test("a changed custom page is shown after a reload", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-templates-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const write = (words: string): void =>
    writeFileSync(path.join(dir, "not-found.html"), `{% extends "base.html" %}{% block body %}${words}{% endblock %}`);
  write("the first");
  const gateway = await startGateway(t, { config: { gateway: { templates_dir: dir } } });
  const visit = async (): Promise<string> => (await gateway.request({ host: "nobody.test", headers: navigation })).text;
  assert.match(await visit(), /the first/u);
  write("the second");
  gateway.signal("SIGHUP");
  await gateway.waitForLog(({ msg }) => msg === "configuration reloaded");
  assert.match(await visit(), /the second/u);
});

test("dag serve exits with 0 on a signal", async (t) => {
  const gateway = await startGateway(t);
  assert.equal(await gateway.stop("SIGTERM"), 0);
});

test("dag serve does not wait for clients that follow a wake", async (t) => {
  const slow = { command: [process.execPath, "-e", "setInterval(() => {}, 1000)"], port: await freePort() };
  const gateway = await startGateway(t, {
    config: { containers: [{ name: "slow", host: "slow.test", start_timeout: "60s", process: slow }] },
  });
  const page = await gateway.request({ host: "slow.test", headers: navigation });
  assert.equal(page.status, 503);
  await gateway.waitForLog(({ event }) => event === "wake");
  const poll = gateway.request({ host: "slow.test", path: "/_health?container=slow&wait=20s&phase=waiting" });
  // Connections are read in their order: after the answer to a later one the poll is there.
  assert.equal((await gateway.request({ path: "/_live" })).status, 200);
  const toldMs = performance.now();
  const [answer, code] = await Promise.all([poll, gateway.stop("SIGTERM")]);
  assert.deepEqual([answer.status, answer.json().status, code], [200, "starting", 0]);
  assert.ok(performance.now() - toldMs < 8_000, "sooner than its grace ends");
});

test("dag serve ends on a signal although Docker keeps it from listening", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "dag-cli-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const silent = createServer();
  silent.listen(path.join(folder, "sock"));
  t.after(() => silent.close());
  const asked = once(silent, "connection");
  const main = path.resolve(import.meta.dirname, "../../src/main.ts");
  const env = { PATH: process.env["PATH"] ?? "", CONFIG_PATH: config(t, ""), DOCKER_HOST: `unix://${folder}/sock` };
  const child = spawnChild(process.execPath, [main], { env, stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [connection] = (await asked) as [Socket];
  t.after(() => connection.destroy());
  const toldMs = performance.now();
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
  assert.ok(performance.now() - toldMs < 8_000, "sooner than it gives Docker up");
});

test("LOG_LEVEL sets what is logged, and an unknown one is reported", async (t) => {
  const quiet = await startGateway(t, { env: { LOG_LEVEL: "error" } });
  assert.equal(await quiet.stop(), 0);
  assert.deepEqual([...new Set(quiet.log.map(({ level }) => level))], ["error"], "only that Docker is away");
  const odd = await startGateway(t, { env: { LOG_LEVEL: "chatty" } });
  await odd.waitForLog(
    ({ msg }) => msg === 'LOG_LEVEL must be one of debug, info, warn, error, silent (got "chatty"); using info',
  );
});

test("dag check reads the file that CONFIG_PATH names, and never standard input", async (t) => {
  const file = config(t, "containers: [{name: a, host: a.test}]");
  const ran = await spawnDag(["check"], { env: { CONFIG_PATH: file } });
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  assert.match(ran.stdout, /^a\.test {2}→ container a, port 80;.*\n.*config\.yaml: 1 container, 0 groups\n$/);
});

test("dag check --docker without Docker exits with 1 and names the address", async (t) => {
  const env = { CONFIG_PATH: config(t, ""), DOCKER_HOST: "unix:///nonexistent/docker.sock" };
  const ran = await spawnDag(["check", "--docker"], { env });
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /^--docker: .*\/nonexistent\/docker\.sock/);
});

test("a reader that closes the output early causes no fault", async () => {
  const child = spawnChild(process.execPath, [path.resolve(import.meta.dirname, "../../src/main.ts"), "schema"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  assert.deepEqual([said, code], ["", 0]);
});
