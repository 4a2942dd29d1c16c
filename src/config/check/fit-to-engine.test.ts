import assert from "node:assert/strict";
import { test } from "node:test";
import { item, merge, workload } from "../../../test/support/merge-fixtures.ts";
import { formatFault } from "./faults.ts";

const service = (labels: Record<string, string>) => {
  return { ...item("web", { "dag.host": "web.t", ...labels }), engine: "swarm", engineKind: "swarm" as const };
};

const lacking: readonly [label: string, value: string, says: string][] = [
  ["pause_after", "5m", "cannot be paused"],
  ["stop_method", "pause", "cannot be paused"],
  ["stop_method", "kill", "cannot be killed at once"],
  ["throttle_after", "5m", "cannot be throttled"],
  ["stop_signal", "SIGINT", "cannot be stopped with another signal"],
  ["stop_timeout", "5s", "cannot be given another stop timeout"],
  ["idle_signal", "cpu", "cannot report its usage"],
  ["traefik.when_awake", "direct", "cannot report its usage, so that Traefik must ask before each request"],
];
for (const [key, value, says] of lacking) {
  test(`a service of Docker Swarm with ${key}: ${value} is reported, and does without`, () => {
    const plain = workload(merge("", [service({})]), "web");
    const labelled = merge("", [service({ [`dag.${key}`]: value })]);
    const fault = `a Docker Swarm service ${says}: remove this key`;
    assert.deepEqual(labelled.labelFaults.map(formatFault), [`container "web": label dag.${key}: ${fault}`]);
    assert.deepEqual(workload(labelled, "web"), plain);
    const written = merge(`containers: [{name: web, host: web.t, ${inFile(key, value)}}]`, [service({})]);
    assert.ok(written.warnings.includes(`container "web": ${key}: ${fault}`), written.warnings.join("\n"));
    assert.deepEqual(workload(written, "web"), { ...plain, origin: "file" });
  });
}

function inFile(key: string, value: string): string {
  const [outer, inner] = key.split(".");
  return inner === undefined ? `${key}: ${value}` : `${outer}: {${inner}: ${value}}`;
}

test("the capabilities of an engine are not exposed, and a workload knows its engine", () => {
  const { settings, labelFaults } = merge("", [service({ "dag.idle_timeout": "5m", "dag.idle_signal": "requests" })]);
  assert.deepEqual(labelFaults, []);
  assert.equal(settings.workloads[0]?.engine, "swarm");
});

test("min_ready needs an engine with several instances, and stays while the engine is not known", () => {
  const docker = merge("", [item("web", { "dag.host": "web.t", "dag.min_ready": "2" })]);
  const fault = "a container cannot have more than one instance: remove this key";
  assert.deepEqual(docker.labelFaults.map(formatFault), [`container "web": label dag.min_ready: ${fault}`]);
  const away = merge("containers: [{name: web, host: web.t, min_ready: 2, sticky: task}]", []);
  assert.equal(workload(away, "web").minReady, 2);
  assert.deepEqual(away.warnings, []);
  const { settings } = merge("", [service({ "dag.min_ready": "2", "dag.strategy": "least-connections" })]);
  assert.deepEqual([settings.workloads[0]?.minReady, settings.workloads[0]?.strategy], [2, "least-connections"]);
});

test("strategy and sticky are reported where there is one instance and no group made by labels", () => {
  const labels = { "dag.host": "web.t", "dag.strategy": "least-connections", "dag.sticky": "member" };
  const alone = merge("", [item("web", labels)]);
  const why = "has no effect: Docker runs one instance of it; set it on its group";
  assert.deepEqual(alone.warnings, [`container "web": strategy ${why}`, `container "web": sticky ${why}`]);
  const members = [item("a", { ...labels, "dag.group": "web" }), item("b", { "dag.group": "web", "dag.weight": "2" })];
  const grouped = merge("", members);
  assert.deepEqual(grouped.warnings, []);
  const [group] = grouped.settings.groups;
  assert.deepEqual([group?.strategy, group?.sticky], ["least-connections", "member"]);
});
