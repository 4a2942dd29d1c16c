import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFault } from "../check/faults.ts";
import { compose, item, merge, workload } from "../../../test/support/merge-fixtures.ts";

test("labelled containers join those of the file, in an order that does not change", () => {
  const { settings, warnings, labelFaults } = merge("containers: [{name: z, host: z.test}]", [
    item("b", { "dag.host": "b.test" }),
    item("a", { "dag.host": "a.test", "dag.target_port": "3000" }),
    { ...item("unrelated"), labels: {} },
  ]);
  assert.deepEqual(
    settings.workloads.map(({ name, origin, targetPort, hosts }) => [name, origin, targetPort, hosts]),
    [
      ["z", "file", 80, ["z.test"]],
      ["a", "label", 3000, ["a.test"]],
      ["b", "label", 80, ["b.test"]],
    ],
  );
  assert.deepEqual([warnings, labelFaults], [[], []]);
});

test("a container inherits what it leaves unset from the gateway", () => {
  const text = "gateway: {hold_timeout: 5s, max_pending: 7, logs: never, schedule_timezone: Asia/Tokyo}";
  const result = merge(text, [
    item("a", { "dag.host": "a.test", "dag.schedule_start": "0 8 * * *" }),
    item("b", { "dag.host": "b.test", "dag.hold_timeout": "1s", "dag.max_pending": "2", "dag.logs": "always" }),
  ]);
  const a = workload(result, "a");
  assert.deepEqual([a.holdTimeoutMs, a.maxPending, a.logs], [5000, 7, "never"]);
  assert.deepEqual(a.schedule, { start: "0 8 * * *", stop: "", timezone: "Asia/Tokyo" });
  const b = workload(result, "b");
  assert.deepEqual([b.holdTimeoutMs, b.maxPending, b.logs, b.schedule], [1000, 2, "always", undefined]);
});

test("the file wins against the labels of the same container", () => {
  const result = merge("containers: [{name: a, host: file.test}]", [item("a", { "dag.host": "label.test" })]);
  assert.deepEqual(workload(result, "a").hosts, ["file.test"]);
  assert.deepEqual(result.warnings, ['container "a" is configured in the file: its dag.* labels are not used']);
});

test("the file wins a host against labels, and a container that lost its only host is not managed", () => {
  const result = merge("containers: [{name: z, host: x.test}]", [
    item("a", { "dag.host": "x.test" }),
    item("b", { "dag.host": "x.test,b.test" }),
  ]);
  assert.deepEqual(
    result.settings.workloads.map(({ name, hosts }) => [name, hosts]),
    [
      ["z", ["x.test"]],
      ["b", ["b.test"]],
    ],
  );
  assert.deepEqual(result.warnings, [
    'host "x.test" of container "a" is not used: container "z" already has it',
    'host "x.test" of container "b" is not used: container "z" already has it',
  ]);
  assert.deepEqual(result.labelFaults, []);
});

test("of two unrelated containers with one host the first by name keeps it", () => {
  const result = merge("", [item("two", { "dag.host": "x.test" }), item("one", { "dag.host": "x.test" })]);
  assert.deepEqual(
    result.settings.workloads.map(({ name }) => name),
    ["one"],
  );
  assert.deepEqual(result.warnings, ['host "x.test" of container "two" is not used: container "one" already has it']);
});

test("dag.group makes a group of the members' hosts", () => {
  const result = merge("", [
    item("api-2", { "dag.host": "api.test", "dag.group": "api" }),
    item("api-1", { "dag.host": "api.test,www.test", "dag.group": "api" }),
    item("api-3", { "dag.group": "api", "dag.weight": "3" }),
  ]);
  assert.deepEqual(result.settings.groups, [
    {
      name: "api",
      hosts: ["api.test", "www.test"],
      strategy: "weighted",
      sticky: "",
      members: ["api-1", "api-2", "api-3"],
      targetConcurrency: 0,
    },
  ]);
  assert.deepEqual(workload(result, "api-3").hosts, []);
  assert.equal(workload(result, "api-3").targetPort, 80);
  assert.deepEqual(result.labelFaults, []);
});

test("a label may join a group of the file, which keeps its strategy", () => {
  const text =
    "containers: [{name: one}]\ngroups: [{name: api, host: api.test, strategy: least-connections, containers: [one]}]";
  const result = merge(text, [item("two", { "dag.group": "api" })]);
  assert.deepEqual(
    result.settings.groups.map(({ members, strategy, hosts }) => [members, strategy, hosts]),
    [[["one", "two"], "least-connections", ["api.test"]]],
  );
});

test("replicas of one Compose service that share a host form a group by themselves", () => {
  const replica = (number: number) =>
    compose(`shop-web-${number}`, "shop/web", { "dag.enabled": "true", "dag.host": "shop.test" });
  const result = merge("", [
    replica(2),
    replica(1),
    { ...replica(9), name: "shop-web-run-1", labels: { ...replica(9).labels, "com.docker.compose.oneoff": "True" } },
  ]);
  assert.deepEqual(
    result.settings.groups.map(({ name, hosts, members }) => [name, hosts, members]),
    [["shop-web", ["shop.test"], ["shop-web-1", "shop-web-2"]]],
  );
  assert.deepEqual(result.warnings, []);
  assert.deepEqual(
    result.settings.workloads.map(({ name }) => name),
    ["shop-web-1", "shop-web-2"],
  );
});

test("one replica alone is an ordinary container, and other services with its host are no replicas", () => {
  const result = merge("", [
    compose("shop-web-1", "shop/web", { "dag.enabled": "true", "dag.host": "shop.test" }),
    compose("shop-old-1", "shop/old", { "dag.enabled": "true", "dag.host": "shop.test" }),
  ]);
  assert.deepEqual(result.settings.groups, []);
  assert.deepEqual(result.warnings, [
    'host "shop.test" of container "shop-web-1" is not used: container "shop-old-1" already has it',
  ]);
});

test("a container without host or dependents is requested by name: it has a port, sleeps if configured", () => {
  const result = merge("containers: [{name: f}]", [
    item("a", { "dag.idle_timeout": "5m" }),
    item("b", { "dag.depends_on": "db" }),
    item("db", { "dag.enabled": "true" }),
  ]);
  assert.deepEqual(result.labelFaults, []);
  assert.deepEqual(
    result.settings.workloads.map(({ name, hosts, targetPort, idleTimeoutMs }) => [
      name,
      hosts,
      targetPort,
      idleTimeoutMs,
    ]),
    [
      ["f", [], 80, 0],
      ["a", [], 80, 300_000],
      ["b", [], 80, 0],
      ["db", [], undefined, undefined],
    ],
  );
});

test("what lost its host to another, or has a faulty one, is left alone", () => {
  const result = merge("containers: [{name: f, host: f.test}]", [
    item("lost", { "dag.host": "f.test", "dag.idle_timeout": "5m" }),
    item("faulty", { "dag.host": "a..b", "dag.idle_timeout": "5m" }),
  ]);
  assert.deepEqual(
    result.settings.workloads.map(({ name }) => name),
    ["f"],
  );
  assert.equal(result.labelFaults.length, 1);
});

test("a schedule by label that clashes is taken out as a whole", () => {
  const result = merge("", [
    item("a", { "dag.host": "a.test", "dag.schedule_start": "0 9 * * *", "dag.schedule_stop": "0 9 * * *" }),
  ]);
  assert.equal(workload(result, "a").schedule, undefined);
  assert.match(
    result.labelFaults.map(formatFault).join(),
    /label dag\.schedule_stop: schedule_start and schedule_stop fire at the same time/,
  );
});

test("a local process of the file has its own port", () => {
  const result = merge("containers: [{name: p, host: p.test, process: {command: [node, app.js], port: 4000}}]", []);
  const p = workload(result, "p");
  assert.equal(p.targetPort, 4000);
  assert.deepEqual(p.process, { command: ["node", "app.js"], cwd: "", env: {}, port: 4000 });
});

test("must-not-wake rules come with their presets written out", () => {
  const result = merge("", [
    item("a", {
      "dag.host": "a.test",
      "dag.ignore.preset": "crawlers",
      "dag.ignore.methods": "head",
      "dag.ignore.user_agents": "MyBot",
    }),
    item("b", { "dag.host": "b.test" }),
  ]);
  const { ignore } = workload(result, "a");
  assert.ok(ignore !== undefined);
  assert.ok(ignore.userAgents.includes("gptbot") && ignore.userAgents.includes("mybot"));
  assert.ok(["discordbot", "slackbot", "whatsapp"].every((part) => ignore.userAgents.includes(part)));
  assert.equal(ignore.status, 503);
  assert.deepEqual([ignore.paths, ignore.methods], [["/robots.txt"], ["HEAD"]]);
  assert.equal(workload(result, "b").ignore, undefined);
});

test("tiers that can never come are warned about", () => {
  const result = merge("", [item("a", { "dag.host": "a.test", "dag.pause_after": "2h", "dag.idle_timeout": "1h" })]);
  assert.deepEqual(result.warnings, ['container "a": pause_after (2h) has no effect: idle_timeout (1h) fires first']);
});

test("a certificate to verify where no TLS is spoken is warned about, by file and by label", () => {
  const labels = { "dag.host": "a.test", "dag.target_verify": "true" };
  const file = "containers: [{name: z, host: z.test, target_verify: true, target_scheme: http}]";
  const { warnings, labelFaults } = merge(file, [
    item("a", labels),
    item("b", { "dag.host": "b.test", "dag.target_verify": "true", "dag.target_scheme": "https" }),
  ]);
  assert.deepEqual(warnings, [
    'container "z": target_verify has no effect without target_scheme: https',
    'container "a": target_verify has no effect without target_scheme: https',
  ]);
  assert.deepEqual(labelFaults, []);
});

test("the gateway never manages its own container, by name or by short id", () => {
  const own = { ...item("gateway", { "dag.host": "g.test" }), id: "0123456789abcdef" };
  assert.deepEqual(merge("", [own], { self: "0123456789ab" }).settings.workloads, []);
  assert.deepEqual(merge("", [own], { self: "gateway" }).settings.workloads, []);
  assert.equal(merge("", [own]).settings.workloads.length, 1);
});

test("the origin of every value is known", () => {
  const result = merge("containers:\n  - name: z\n    host: z.test\n", [
    item("a", { "dag.host": "a.test", "dag.ignore.paths": "/x" }),
  ]);
  assert.equal(result.provenance.get("z.host"), "config.yaml line 3");
  assert.equal(result.provenance.get("a.host"), "label dag.host");
  assert.equal(result.provenance.get("a.ignore.paths"), "label dag.ignore.paths");
  assert.equal(result.provenance.get("a.icon"), undefined);
});

for (const [labels, warns] of [
  [{ "dag.host": "a.test" }, true],
  [{ "dag.enable": "true", "dag.host": "a.test" }, true],
  [{ "dag.host": "a.test", "dag.enabled": "false" }, false],
] as const) {
  test(`a container with the labels ${JSON.stringify(labels)} is left alone, ${warns ? "with" : "without"} a warning`, () => {
    const { settings, warnings, labelFaults } = merge("", [{ ...item("app"), labels }]);
    assert.deepEqual([settings.workloads, labelFaults], [[], []]);
    const expected = 'container "app": label dag.host has no effect without the label dag.enabled=true';
    assert.deepEqual(warnings, warns ? [expected] : []);
  });
}
