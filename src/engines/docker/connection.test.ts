import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { inspect } from "node:util";
import { readConnection, type DockerEnvironment } from "./connection.ts";

const cases: [rule: string, environment: DockerEnvironment, target: string, protocol: string, remote?: string][] = [
  ["nothing is the usual socket", {}, "/var/run/docker.sock", "http"],
  ["empty is nothing", { DOCKER_HOST: " " }, "/var/run/docker.sock", "http"],
  ["a socket", { DOCKER_HOST: "unix:///run/user/7/docker.sock" }, "/run/user/7/docker.sock", "http"],
  ["a socket without a path is the usual one", { DOCKER_HOST: "unix://" }, "/var/run/docker.sock", "http"],
  ["a host and port", { DOCKER_HOST: "tcp://proxy:2375" }, "tcp://proxy:2375", "http", "proxy"],
  ["a host alone", { DOCKER_HOST: "tcp://proxy" }, "tcp://proxy:2375", "http", "proxy"],
  ["a trailing slash", { DOCKER_HOST: "tcp://proxy:99/" }, "tcp://proxy:99", "http", "proxy"],
  ["no scheme", { DOCKER_HOST: "10.0.0.5:2375" }, "tcp://10.0.0.5:2375", "http", "10.0.0.5"],
  ["IPv6", { DOCKER_HOST: "tcp://[fd00::5]:2375" }, "tcp://[fd00::5]:2375", "http", "fd00::5"],
  ["TLS has its own port", { DOCKER_HOST: "tcp://far", DOCKER_TLS_VERIFY: "1" }, "tcp://far:2376", "https", "far"],
  ["https", { DOCKER_HOST: "https://far:444" }, "tcp://far:444", "https", "far"],
];

for (const [rule, environment, target, protocol, remote] of cases) {
  test(rule, () => {
    const connection = readConnection(environment);
    assert.equal(connection.target, target);
    assert.equal(connection.options.protocol, protocol);
    assert.equal(connection.remoteHost, remote);
    assert.equal(connection.agent instanceof https.Agent, protocol === "https");
  });
}

for (const address of [
  "ssh://root@far",
  "npipe:////./pipe/docker_engine",
  "tcp://",
  "tcp://host:notaport",
  "/var/run/docker.sock",
]) {
  test(`DOCKER_HOST=${address} is refused with a sentence`, () => {
    assert.throws(() => readConnection({ DOCKER_HOST: address }), { name: "EngineError", message: /DOCKER_HOST is "/ });
  });
}

test("what dockerode prints of a connection for its debug line is short, whatever hangs on it", () => {
  const { options } = readConnection({});
  assert.ok(inspect(options, { showHidden: true, depth: null }).length < 500);
});

test("certificates are read, and the server's name is checked only with DOCKER_TLS_VERIFY", (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "dag-certs-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const environment = { DOCKER_HOST: "tcp://far:2376", DOCKER_CERT_PATH: dir };
  assert.throws(() => readConnection(environment), { code: "refused", message: /DOCKER_CERT_PATH is .*ca\.pem/ });
  for (const file of ["ca.pem", "cert.pem", "key.pem"]) writeFileSync(path.join(dir, file), file);
  const agent = readConnection(environment).agent as https.Agent;
  assert.equal(String(agent.options.cert), "cert.pem");
  assert.equal(agent.options.rejectUnauthorized, false);
  const strict = readConnection({ ...environment, DOCKER_TLS_VERIFY: "1" }).agent as https.Agent;
  assert.equal(strict.options.rejectUnauthorized, true);
});
