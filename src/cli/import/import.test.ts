import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "../../../test/support/cli.ts";
import { commentsOf, importer, importText, settingsOf } from "../../../test/support/import-files.ts";
import { compose, configOf } from "../../../test/support/merge-fixtures.ts";
import { interpolate } from "./compose.ts";

test("lazytainer: groups become containers with their port, time-out and method, and placeholder hosts", async (t) => {
  const text = `services:
  lazytainer:
    labels:
      - lazytainer.group.g1.ports=81,82
      - lazytainer.group.g1.inactiveTimeout=120
      - lazytainer.group.g1.sleepMethod=pause
      - lazytainer.group.g1.minPacketThreshold=2
      - lazytainer.group.g1.odd=1
  one: {container_name: one, network_mode: "service:lazytainer", labels: [lazytainer.group=g1]}
  two: {labels: [lazytainer.group=g1, lazytainer.odd=x]}
  lost: {container_name: lost, expose: [90], labels: {lazytainer.group: g9}}`;
  const { code, stdout, stderr } = await importText(t, "lazytainer", text);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    settingsOf(stdout),
    `containers:
  - name: one
    host: [one.localhost]
    target_port: 81
    idle_timeout: 2m
    stop_method: pause
  - name: stack-two-1
    host: [two.localhost]
    target_port: 82
    idle_timeout: 2m
    stop_method: pause
  - name: lost
    host: [lost.localhost]
    target_port: 90
    idle_timeout: 30s
`,
  );
  configOf(stdout);
  for (const comment of [
    "names that end in -1 are Compose's default names: compare them with docker ps, or use --docker",
    "Lazytainer has no hosts: replace this placeholder with the name that visitors use",
    "ports=81,82: check that this container listens on target_port",
    "two woke with it: list the ones that it needs under depends_on",
    "lazytainer.group.g1.minPacketThreshold=2: no equivalent; a single request wakes it, and ignore excludes clients",
    "lazytainer.group.g1.odd=1: not recognised",
    "lazytainer.odd=x: not recognised",
    "no label here describes group g9",
  ]) {
    assert.ok(commentsOf(stdout).includes(comment), comment);
  }
});

test("containernursery: hosts, ports and times become containers, one for each name", async (t) => {
  const text = `
proxyListeningPort: 8000
proxyHosts:
  - {domain: handbrake.test, containerName: handbrake, proxyHost: localhost, proxyPort: 5800, timeoutSeconds: 14400}
  - domain: [a.test, "b.test:81"]
    containerName: [db, wordpress]
    proxyHost: wordpress
    proxyPort: 3000
    timeoutSeconds: 1800
    stopOnTimeoutIfCpuUsageBelow: 50
    proxyUseHttps: true
    odd: {a: 1}
  - {domain: c.test, containerName: wordpress, proxyHost: wordpress, proxyPort: 3001, timeoutSeconds: 60}
  - {domain: d.test, proxyHost: x}
  - {domain: e.test, containerName: 0123456789ab, proxyHost: 0123456789ab, proxyPort: 80, timeoutSeconds: 60}
extra: 1`;
  const { code, stdout, stderr } = await importText(t, "containernursery", text);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    settingsOf(stdout),
    `gateway:
  port: 8000
containers:
  - name: handbrake
    host: [handbrake.test]
    target_port: 5800
    idle_timeout: 4h
  - name: wordpress
    host: [a.test, b.test:81, c.test=3001]
    target_port: 3000
    idle_timeout: 30m
    target_scheme: https
    idle_signal: cpu
    depends_on: [db]
  - name: db
  - name: 0123456789ab
    host: [e.test]
    target_port: 80
    idle_timeout: 1m
`,
  );
  configOf(stdout);
  assert.deepEqual(commentsOf(stdout), [
    "extra=1: not recognised",
    "proxyHosts[3]: skipped, as in ContainerNursery, because it lacks containerName, proxyPort, timeoutSeconds",
    "proxyHost=localhost: not needed, the gateway finds the container; target_port must be the port inside the container, which may differ from a published 5800",
    "stopOnTimeoutIfCpuUsageBelow=50: idle_signal: cpu uses its own threshold",
    'odd={"a":1}: not recognised',
    "containerName: wordpress is assumed to be the app; db wake before it",
    "containerName looks like an id, which changes: use the container's name",
  ]);
});

test("containernursery: the gateway listens on port 80 unless proxyListeningPort is set", async (t) => {
  const text = "proxyHosts: [{domain: a.test, containerName: a, proxyHost: a, proxyPort: 80, timeoutSeconds: 60}]";
  const { stdout } = await importText(t, "containernursery", text);
  assert.equal(configOf(stdout).gateway.port, 80);
});

test("an invalid result is still printed, with what to fix, and exits with 2", async (t) => {
  const text = "proxyHosts: [{domain: a.test, containerName: a, proxyHost: a, proxyPort: none, timeoutSeconds: 60}]";
  const { code, stdout, stderr } = await importText(t, "containernursery", text);
  assert.equal(code, 2);
  assert.match(stdout, /- name: a/);
  assert.match(stderr, /^dag import: fix by hand: config\.yaml:\d+:\d+: containers\[0\]\.target_port: /);
});

test("with --docker the labels of this host's containers are read, replicas included", async () => {
  const sablier = { "sablier.enable": "true", "traefik.http.routers.r.rule": "Host(`a.test`)" };
  const inventory = [
    compose("p-web-1", "p/web", sablier, "db:service_healthy:true"),
    compose("p-web-2", "p/web", sablier),
    compose("p-db-1", "p/db", { "sablier.enable": "true" }),
  ];
  const ran = await runCommand(
    importer(() => Promise.resolve(inventory)),
    ["sablier", "--docker"],
  );
  assert.deepEqual([ran.code, ran.stderr], [0, ""]);
  assert.equal(settingsOf(ran.stdout), "containers:\n  - name: p-web-1\n    host: [a.test]\n    idle_timeout: 5m\n");
  assert.ok(
    commentsOf(ran.stdout).includes(
      "p-web-2: skipped, because a.test is already p-web-1's; replicas of a service can share a host by labels (--labels)",
    ),
  );
});

const refused: readonly [rule: string, source: string, text: string, stderr: RegExp][] = [
  [
    "a Compose file without services",
    "sablier",
    "version: 3",
    /^dag import: file\.yml: no services found: not a Compose file\n$/,
  ],
  ["an empty file", "lazytainer", "", /^dag import: file\.yml: no services found/],
  ["a file without proxyHosts", "containernursery", "services: {a: {}}", /^dag import: file\.yml: no proxyHosts found/],
  ["what is no YAML", "sablier", "a: [", /^dag import: file\.yml: not valid YAML: [^\n]+\n$/],
];
for (const [rule, source, text, stderr] of refused) {
  test(`${rule} is a 2, in one sentence`, async (t) => {
    const ran = await importText(t, source, text);
    assert.match(ran.stderr, stderr);
    assert.deepEqual([ran.code, ran.stdout], [2, ""]);
  });
}

const usage: readonly [args: readonly string[], stderr: string][] = [
  [["sablier"], "dag import: FILE is missing (or --docker)\n"],
  [["containernursery"], "dag import: FILE is missing\n"],
  [["containernursery", "--docker"], "dag import: containernursery has no labels: pass its config.yml as FILE\n"],
  [["sablier", "file", "--docker"], "dag import: use FILE or --docker, not both\n"],
  [["sablier", "/nonexistent/compose.yaml"], "dag import: /nonexistent/compose.yaml: no such file\n"],
  [
    ["sablier", "/"],
    "dag import: /: this is a directory; Docker creates one when a mounted file does not exist on the host\n",
  ],
];
for (const [args, stderr] of usage) {
  test(`dag import ${args.join(" ")} is bad usage`, async () => {
    assert.deepEqual(await runCommand(importer(), args), { code: 2, stdout: "", stderr });
  });
}

test("with --docker and no Docker it is a 1", async () => {
  const ran = await runCommand(
    importer(() => Promise.reject(new Error("Docker cannot be reached"))),
    ["sablier", "--docker"],
  );
  assert.deepEqual(ran, { code: 1, stdout: "", stderr: "dag import: --docker: Docker cannot be reached\n" });
});

const filled: readonly [rule: string, text: string, expected: string][] = [
  ["a variable", "$A.test ${A}", "one.test one"],
  ["a default for what is unset", "${NONE:-x} ${NONE-y}", "x y"],
  ["a default for what is empty, with the colon alone", "${EMPTY:-x}|${EMPTY-y}", "x|"],
  ["nothing where there is no value", "${NONE} $NONE", "${NONE} $NONE"],
  ["a dollar for two", "$$A", "$A"],
  ["no other forms", "${A:?err} $1 $", "${A:?err} $1 $"],
];
for (const [rule, text, expected] of filled) {
  test(`a Compose file is filled with ${rule}`, () =>
    assert.equal(interpolate(text, { A: "one", EMPTY: "" }), expected));
}
