import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readComposeLabels } from "../merge/compose-labels.ts";
import { formatFault } from "../check/faults.ts";
import { LABEL_PATHS, parseLabels } from "./labels.ts";

const parse = (labels: Record<string, string>) => parseLabels("app", { "dag.enabled": "true", ...labels });

for (const value of [undefined, "", "false", "no", "0"]) {
  test(`a container with dag.enabled=${String(value)} is left alone`, () => {
    const labels = {
      "dag.host": "a.test",
      "dag.nonsense": "x",
      ...(value === undefined ? {} : { "dag.enabled": value }),
    };
    assert.deepEqual(parseLabels("app", labels), { settings: undefined, keys: [], faults: [] });
  });
}

test("every kind of label is read", () => {
  const { settings, faults, keys } = parse({
    "dag.host": "App.test, *.app.test",
    "dag.target_port": "3000",
    "dag.idle_timeout": "15m",
    "dag.depends_on": "db, cache",
    "dag.pass_host": "False",
    "dag.ignore.paths": "/metrics,/robots.txt",
    "dag.ignore.preset": "uptime",
    "dag.ignore.status": "204",
    "dag.throttle_cpus": "0.25",
    "dag.group": "api",
    "dag.schedule_start": "0 8 * * 1-5",
    "com.example.other": "x",
  });
  assert.deepEqual(faults, []);
  assert.deepEqual(settings?.host, ["app.test", "*.app.test"]);
  assert.equal(settings?.target_port, 3000);
  assert.equal(settings?.idle_timeout, 900_000);
  assert.deepEqual(settings?.depends_on, ["db", "cache"]);
  assert.equal(settings?.pass_host, false);
  assert.deepEqual(settings?.ignore.paths, ["/metrics", "/robots.txt"]);
  assert.deepEqual(settings?.ignore.preset, ["uptime"]);
  assert.equal(settings?.ignore.status, 204);
  assert.equal(settings?.throttle_cpus, 0.25);
  assert.equal(settings?.group, "api");
  assert.equal(settings?.schedule_start, "0 8 * * 1-5");
  assert.ok(keys.includes("ignore.paths"));
});

test("an empty label (Compose's unset variable) is no label; an empty depends_on means no dependencies", () => {
  const { settings, faults } = parse({ "dag.idle_timeout": "", "dag.icon": " ", "dag.depends_on": "" });
  assert.deepEqual(faults, []);
  assert.equal(settings?.idle_timeout, undefined);
  assert.equal(settings?.icon, "docker");
  assert.deepEqual(settings?.depends_on, []);
});

test("a number of replicas that no start can use is a fault", () => {
  for (const value of ["-3", "0", "two", "1.5"]) {
    const [fault, ...more] = parse({ "dag.replicas": value }).faults.map(formatFault);
    assert.match(fault ?? "", new RegExp(`dag\\.replicas: "${value}" is not a whole number from 1 on`));
    assert.deepEqual(more, []);
  }
  for (const value of ["", "1", "12"]) assert.deepEqual(parse({ "dag.replicas": value }).faults, []);
});

test("a bad label disables that key only", () => {
  const { settings, faults } = parse({
    "dag.host": "a.test",
    "dag.idle_timeout": "90",
    "dag.start_timeout": "2m",
    "dag.ignore.ips": "10.0.0.0/8,nowhere",
    "dag.ignore.paths": "/x",
  });
  assert.equal(settings?.idle_timeout, undefined);
  assert.equal(settings?.start_timeout, 120_000);
  assert.deepEqual(settings?.ignore.ips, []);
  assert.deepEqual(settings?.ignore.paths, ["/x"]);
  assert.deepEqual(faults.map(formatFault), [
    'container "app": label dag.idle_timeout: 90 has no unit; write "90s" for seconds or "90m" for minutes',
    'container "app": label dag.ignore.ips: "nowhere" is not an IP address or a network like "10.0.0.0/8"',
  ]);
});

const refused: readonly [label: string, message: RegExp, value?: string][] = [
  ["dag.idle_timout", /^unknown label; did you mean "dag\.idle_timeout"\?$/],
  ["dag.hots", /did you mean "dag\.host"/],
  ["dag.ignore.status", /^has no effect without a rule: user_agents, paths, methods, ips, preset$/, "200"],
  ["dag.ignore.path", /did you mean "dag\.ignore\.paths"/],
  ["dag.ignore", /^unknown label/],
  ["dag.volumes", /^unknown label$/],
  ["dag.process", /only be configured in the file/],
  ["dag.process.command", /only be configured in the file/],
  ["dag.name", /the name is always the container's own/],
];
for (const [label, message, value = "x"] of refused) {
  test(`the label ${label} is refused`, () => {
    const { settings, faults } = parse({ [label]: value });
    assert.ok(settings);
    assert.equal(faults.length, 1);
    assert.match(faults[0]!.message, message);
  });
}

test("the number of replicas that the gateway keeps in a label of its own is no setting, and no fault", () => {
  const { settings, keys, faults } = parse({ "dag.host": "a.test", "dag.replicas": "3" });
  assert.deepEqual(settings, parse({ "dag.host": "a.test" }).settings);
  assert.deepEqual([keys, faults], [["host"], []]);
});

test("a dag.enabled that is neither true nor false is a fault", () => {
  const { settings, faults } = parseLabels("app", { "dag.enabled": "ture" });
  assert.equal(settings, undefined);
  assert.match(faults[0]!.message, /neither true nor false/);
});

test("whatever labels say, reading them never throws, and what is read is whole", () => {
  const key = fc.oneof(fc.constantFrom(...LABEL_PATHS.keys()), fc.string());
  const labels = fc.dictionary(
    key.map((name) => `dag.${name}`),
    fc.string(),
  );
  fc.assert(
    fc.property(labels, (some) => {
      const { settings } = parse(some);
      assert.equal(typeof settings?.start_timeout, "number");
    }),
  );
});

test("Compose's labels are read with their conditions", () => {
  const facts = readComposeLabels({
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": "web",
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.depends_on":
      "db:service_healthy:true,cache:service_started:false,init:service_completed_successfully:false,odd",
  });
  assert.deepEqual(facts, {
    project: "shop",
    service: "web",
    oneOff: false,
    number: "",
    needs: [
      { service: "db", condition: "healthy" },
      { service: "cache", condition: "started" },
      { service: "init", condition: "completed" },
      { service: "odd", condition: "started" },
    ],
  });
  assert.equal(readComposeLabels({ "com.docker.compose.project": "shop" }), undefined);
});
