import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf } from "../../../test/support/merge-fixtures.ts";

/** Messages of the original, word for word. */
const known: readonly [string, string][] = [
  [
    "containers: [{name: a, host: a.t, depends_on: [b]}, {name: b, host: b.t, depends_on: [a]}]",
    "dependency cycle detected: a → b → a",
  ],
  [
    "docker: [{name: nas, host: 'tcp://nas:2375'}]\ncontainers: [{name: nas:a, host: a.t, depends_on: [b]}, {name: nas:b, depends_on: [a]}]",
    "dependency cycle detected: nas:a → nas:b → nas:a",
  ],
  ["containers: [{name: app, host: a.t, depends_on: [app]}]", 'container "app" cannot depend on itself'],
  [
    "containers: [{name: app, host: a.t, depends_on: [missing]}]",
    'container "app" depends on unknown container "missing"',
  ],
  ["groups: [{name: api, host: a.t, containers: []}]", 'group "api" has no containers'],
  ["groups: [{name: api, host: a.t, containers: [unknown]}]", 'group "api" references unknown container "unknown"'],
  [
    "containers: [{name: app, host: app.local}]\ngroups: [{name: api, host: app.local, containers: [app]}]",
    'group "api" host "app.local" conflicts with an existing host',
  ],
  [
    "containers: [{name: x}]\ngroups: [{name: api, host: a.t, containers: [x]}, {name: api, host: b.t, containers: [x]}]",
    'duplicate group name found: "api"',
  ],
  [
    'containers: [{name: my-app, host: a.t, schedule_start: "0 9 * * *", schedule_stop: "0 9 * * 1"}]',
    'container "my-app": schedule_start and schedule_stop fire at the same time (Mon 13 Apr 09:00)',
  ],
];
for (const [text, message] of known) {
  test(`the file is refused with: ${message}`, () => {
    const faults = faultsOf(text);
    assert.equal(faults.length, 1, faults.join("\n"));
    assert.ok(faults.join("\n").endsWith(`: ${message}`), faults.join("\n"));
  });
}

const refused: readonly [string, string][] = [
  [
    "containers:\n  - name: a\n    host: a.t\n    throttle_after: 5m\n    process: {command: [a], port: 1}",
    "config.yaml:4:21: containers[0].throttle_after: a local process cannot be throttled: remove this key",
  ],
  [
    "containers:\n  - name: a\n    host: a.t\n    idle_timout: 5m",
    'config.yaml:4:5: containers[0].idle_timout: unknown key; did you mean "idle_timeout"?',
  ],
  [
    "containers:\n  - name: a\n    host: a.t\n    ignore: {preset: uptime, status: 201}",
    'config.yaml:4:38: containers[0].ignore.status: "201" must be one of 200, 204, 503',
  ],
  [
    "containers:\n  - name: a\n    host: a.t\n    ignore: {status: 200}",
    "config.yaml:4:22: containers[0].ignore.status: has no effect without a rule: user_agents, paths, methods, ips, preset",
  ],
  [
    "gateway:\n  target_port: 80",
    'config.yaml:2:3: gateway.target_port: unknown key here; it belongs under "containers"',
  ],
  ["gatway: {}", 'config.yaml:1:1: gatway: unknown key; did you mean "gateway"?'],
  [
    "gateway: {admin_auth: {methd: none}}",
    'config.yaml:1:24: gateway.admin_auth.methd: unknown key; did you mean "method"?',
  ],
  [
    "gateway: {notify: [{url: 'http://x', evnts: []}]}",
    'config.yaml:1:38: gateway.notify[0].evnts: unknown key; did you mean "events"?',
  ],
  ["- a\n- b", "config.yaml:1:1: expected a map of keys, such as {key: value}"],
  ["just text", "config.yaml:1:1: expected a map of keys, such as {key: value}"],
  ["containers: {a: 1}", 'config.yaml:1:13: containers: expected a list: [a, b], or lines that begin with "- "'],
  ["containers: [a]", "config.yaml:1:14: containers[0]: expected a map of keys, such as {key: value}"],
  ["containers: [{host: a.t}]", "config.yaml:1:14: containers[0].name: required"],
  [
    "containers: [{name: a, host: a.t, target_port: 0}]",
    'config.yaml:1:48: containers[0].target_port: "0" is out of range: 1 to 65535',
  ],
  [
    "containers: [{name: a, host: a.t, target_port: [80]}]",
    "config.yaml:1:48: containers[0].target_port: expected one value (number), got a list",
  ],
  [
    "containers: [{name: a, host: a.t, wake: paeg}]",
    'config.yaml:1:41: containers[0].wake: "paeg" must be one of auto, page, hold; did you mean "page"?',
  ],
  [
    "containers: [{name: a, host: a.t}, {name: a, host: b.t}]",
    'config.yaml:1:43: containers[1].name: duplicate container name found: "a"',
  ],
  [
    "containers: [{name: nowhere:a, host: a.t}]",
    'config.yaml:1:21: containers[0].name: "nowhere:a" names an unknown source "nowhere" (known: docker, kubernetes)',
  ],
  [
    "containers: [{name: kubernetes:a, host: a.t}]",
    'config.yaml:1:21: containers[0].name: "kubernetes:a": expected kubernetes:namespace/name',
  ],
  [
    "containers: [{name: kubernetes:ns/a, host: a.t, pause_after: 5m}]",
    "config.yaml:1:62: containers[0].pause_after: a Kubernetes workload cannot be paused: remove this key",
  ],
  [
    "containers: [{name: a, host: a.t}, {name: b, host: A.T}]",
    'config.yaml:1:52: containers[1].host[0]: container "b" host "a.t" conflicts with an existing host',
  ],
  [
    "containers: [{name: a, host: a.t, process: {command: node x, port: 1}}]",
    'config.yaml:1:54: containers[0].process.command: expected a list: [a, b], or lines that begin with "- "',
  ],
  [
    "containers: [{name: a, host: a.t, process: {command: []}}]",
    "config.yaml:1:44: containers[0].process.port: required",
  ],
  ["groups: [{host: g.t, containers: [x]}]\ncontainers: [{name: x}]", "config.yaml:1:10: groups[0].name: required"],
  ["gateway: {port: 80, port: 81}", 'config.yaml:1:21: gateway.port: duplicate key "port"'],
  [
    "gateway: {admin_auth: {method: basic, username: a}}",
    "config.yaml:1:11: gateway.admin_auth.password: required by the method basic (or set ADMIN_AUTH_PASSWORD or ADMIN_AUTH_PASSWORD_FILE)",
  ],
  [
    "gateway: {admin_auth: {trusted_header: Remote-User}}",
    "config.yaml:1:24: gateway.admin_auth.trusted_header: requires the method basic or bearer: with none the admin pages are open to everybody",
  ],
  [
    'gateway: {admin_auth: {trusted_header: "Remote User"}}',
    'config.yaml:1:40: gateway.admin_auth.trusted_header: expected a header name, got "Remote User"',
  ],
  [
    "gateway: {trusted_proxies: [10.0.0.0/99]}",
    'config.yaml:1:29: gateway.trusted_proxies[0]: "10.0.0.0/99" needs a prefix of 0 to 32 bits',
  ],
  [
    "docker: [{name: nas, host: 'tcp://nas:2375', reach: moon base}]",
    'config.yaml:1:53: docker[0].reach: expected a host name or an IP address, got "moon base"',
  ],
  [
    "docker: [{name: nas, host: 'tcp://nas:2375', reach: '10.0.0.5:80'}]",
    'config.yaml:1:53: docker[0].reach: expected a host name or an IP address, got "10.0.0.5:80"',
  ],
  [
    "kubernetes: {address: service, reach: 'http://n'}",
    'config.yaml:1:39: kubernetes.reach: expected a host name or an IP address, got "http://n"',
  ],
  [
    "containers: [{name: a, host: a.test, stop_signal: SIGFOO}]",
    'config.yaml:1:51: containers[0].stop_signal: expected a signal such as SIGTERM, got "SIGFOO"',
  ],
  [
    "containers: [{name: a, host: a.test, color: teal}]",
    'config.yaml:1:45: containers[0].color: expected a colour such as #3366ff, got "teal"',
  ],
  ["gateway: {notify: [{url: ftp://x}]}", "config.yaml:1:26: gateway.notify[0].url: expected an http or https address"],
  [
    "containers: [{name: a, host: a.t, redirect_path: //evil.test}]",
    'config.yaml:1:50: containers[0].redirect_path: expected a path that begins with one "/", got "//evil.test"',
  ],
];
for (const [text, fault] of refused) {
  test(`the file is refused with: ${fault}`, () => {
    assert.ok(faultsOf(text).includes(fault), faultsOf(text).join("\n"));
  });
}
