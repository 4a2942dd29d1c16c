import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { commentsOf, importText, settingsOf } from "../../../test/support/import-files.ts";
import { configOf, item, merge } from "../../../test/support/merge-fixtures.ts";
import { readCompose } from "./compose.ts";
import { importSablier } from "./sablier.ts";
import { configText, labelsText } from "./text.ts";

const STACK = `
services:
  sablier:
    command: [start, --provider.name=docker, --sessions.default-duration=10m0s]
    environment: {SABLIER_PROVIDER_DOCKER_STRATEGY: pause}
  web:
    container_name: web
    labels:
      - sablier.enable=true
      - sablier.group=web
      - traefik.http.middlewares.w.plugin.sablier.sablierUrl=http://sablier:10000
      - traefik.http.middlewares.w.plugin.sablier.group=web
      - traefik.http.middlewares.w.plugin.sablier.sessionDuration=1h
      - traefik.http.middlewares.w.plugin.sablier.dynamic.displayName=My Web
      - traefik.http.middlewares.w.plugin.sablier.ignoreUserAgent=curl,(?i)uptimerobot,^Go-
      - traefik.http.routers.w.rule=Host(\`web.example.com\`, \`www.\${DOMAIN}\`) || !Host(\`not.test\`)
      - traefik.http.services.w.loadbalancer.server.port=3000
  db:
    container_name: db
    labels: {sablier.enable: true, sablier.group: web}
  api:
    container_name: api
    depends_on: {migrate: {condition: service_completed_successfully}, cache: {condition: service_healthy}}
    labels:
      sablier.enable: true
      sablier.group: api
      sablier.idle.replicas: 1
      sablier.idle.cpu: "0.25"
      sablier.running-hours: 09:30-18:00
      sablier.running-days: Mon, Friday
      caddy: https://api.example.com
      caddy.reverse_proxy: "{{upstreams 8080}}"
      caddy.sablier.group: api
      caddy.sablier.session_duration: 20m
      caddy.sablier.blocking.timeout: 15s
  cache: {container_name: cache, labels: {sablier.enable: true, sablier.group: api}}
  migrate: {container_name: migrate}
  lonely: {container_name: lonely, ports: ["8080:81/tcp"], labels: {sablier.enable: true}}
  other: {container_name: other, labels: {traefik.enable: true}}
`;

test("sablier: hosts, ports, sessions, pages, holds, throttles and groups become a valid configuration", async (t) => {
  const { code, stdout, stderr } = await importText(t, "sablier", STACK, { env: { DOMAIN: "example.org" } });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    settingsOf(stdout),
    `containers:
  - name: web
    host: [web.example.com, www.example.org]
    target_port: 3000
    idle_timeout: 1h
    stop_method: pause
    title: My Web
    ignore: {user_agents: [curl, uptimerobot]}
    depends_on: [db]
  - name: api
    host: [api.example.com]
    target_port: 8080
    throttle_after: 20m
    throttle_cpus: 0.25
    schedule_start: "30 9 * * 1,5"
    wake: hold
    hold_timeout: 15s
  - name: lonely
    host: [lonely.localhost]
    target_port: 81
    idle_timeout: 10m
    stop_method: pause
  - name: db
    stop_method: pause
`,
  );
  configOf(stdout);
  assert.deepEqual(commentsOf(stdout), [
    "in the front proxy, the auth request to the gateway takes the place of Sablier's plugin",
    "cache: no entry: it wakes with the containers whose Compose depends_on names it",
    "w: ignoreUserAgent ^Go- is a pattern; ignore.user_agents takes plain text",
    "sablier.running-hours=09:30-18:00: it is started on schedule, but is stopped when idle",
    "these labels contain no host: replace this placeholder",
    "no middleware in these labels names its group",
  ]);
});

test("sablier --labels: the same, as labels that are all known", async (t) => {
  const { code, stdout } = await importText(t, "sablier", STACK, {
    args: ["--labels"],
    env: { DOMAIN: "example.org" },
  });
  assert.equal(code, 0);
  const labelled = readCompose(stdout, "stack", {});
  const result = merge(
    "",
    labelled.map(({ service, labels }) => item(service, { ...labels })),
  );
  assert.deepEqual(result.labelFaults, []);
  assert.deepEqual(
    result.settings.workloads.map(({ name, hosts }) => `${name} ${hosts.join(" ")}`.trim()),
    ["api api.example.com", "db", "lonely lonely.localhost", "web web.example.com www.example.org"],
  );
  assert.match(
    settingsOf(stdout),
    /^ {2}web:\n {4}labels:\n {6}dag\.enabled: "true"\n {6}dag\.host: "web\.example\.com,www/m,
  );
  assert.match(stdout, /dag\.depends_on: "db"/);
});

const commented: readonly [rule: string, labels: Readonly<Record<string, string>>, comment: string][] = [
  [
    "a label without an equivalent",
    { "sablier.ready-after": "30s" },
    "sablier.ready-after=30s: no equivalent; health_path, or a Docker health check, detects when it is ready",
  ],
  [
    "a limit on disks",
    { "sablier.idle.blkio-weight": "100" },
    "sablier.idle.blkio-weight=100: no equivalent; only the CPU is throttled",
  ],
  ["a label that nobody knows", { "sablier.new": "a\nb" }, "sablier.new=a b: not recognised"],
  [
    "an option of the plugin without an equivalent",
    { "traefik.http.middlewares.m.plugin.sablier.dynamic.theme": "ghost" },
    "m: dynamic.theme=ghost: one theme for all pages, gateway.theme: default, minimal or terminal",
  ],
  [
    "an option of the plugin that nobody knows",
    { "traefik.http.middlewares.m.plugin.sablier.new": "1" },
    "m: new=1: not recognised",
  ],
  [
    "a rule with more than hosts",
    { "traefik.http.routers.r.rule": "Host(`a.test`) && PathPrefix(`/x`)" },
    "traefik.http.routers.r.rule=Host(`a.test`) && PathPrefix(`/x`): only the hosts are used; Traefik still applies the rest",
  ],
  [
    "a host that is none",
    { "traefik.http.routers.r.rule": "Host(`a.${UNSET}`)" },
    'traefik.http.routers.r.rule: "a.${UNSET}" is not a host name; add its host here',
  ],
  ["hours that cannot be read", { "sablier.running-hours": "9-18" }, "sablier.running-hours=9-18: it cannot be read"],
  [
    "what is kept running without a limit",
    { "sablier.idle.replicas": "2" },
    "sablier.idle.replicas keeps it running: no idle_timeout is set",
  ],
];
for (const [rule, labels, comment] of commented) {
  test(`sablier: ${rule} is named in a comment`, async (t) => {
    const app = {
      labels: {
        "sablier.enable": "true",
        "sablier.group": "g",
        "traefik.http.middlewares.m.plugin.sablier.group": "g",
        ...labels,
      },
    };
    const { code, stdout } = await importText(t, "sablier", JSON.stringify({ services: { app } }));
    assert.equal(code, 0);
    assert.ok(commentsOf(stdout).includes(comment), stdout);
  });
}

test("sablier: a member without a host is no dependency where Compose's conditions would be lost", async (t) => {
  const text = `services:
  web: {container_name: web, depends_on: {migrate: {condition: service_completed_successfully}}, labels: {sablier.enable: true, caddy: a.test}}
  db: {container_name: db, labels: {sablier.enable: true}}
  migrate: {container_name: migrate}`;
  const { code, stdout } = await importText(t, "sablier", text);
  assert.equal(code, 0);
  assert.equal(settingsOf(stdout), "containers:\n  - name: web\n    host: [a.test]\n    idle_timeout: 5m\n");
  assert.match(stdout, /^ {2}# sablier\.group: db woke with it: add it to Compose's depends_on; /m);
  assert.match(stdout, /^# db: no entry: it wakes once another container's Compose depends_on names it$/m);
});

test("sablier: members with their own hosts wake one by one; Compose's dependencies and the group's add up", async (t) => {
  const text = `services:
  a: {container_name: a, depends_on: [c], labels: {sablier.enable: true, caddy: a.test}}
  b: {container_name: b, labels: {sablier.enable: true, caddy: b.test}}
  c: {container_name: c}
  d: {container_name: d, labels: {sablier.enable: true}}`;
  const { stdout } = await importText(t, "sablier", text);
  const { containers } = configOf(stdout);
  assert.deepEqual(
    containers.map(({ name, depends_on = [] }) => [name, ...depends_on].join(" ")),
    ["a c d", "b d", "c", "d"],
  );
  assert.match(stdout, /^ {2}# sablier\.group: b woke with it; here each wakes when it receives a request$/m);
});

test("whatever the labels say, what is printed is sound", () => {
  const keys = [
    "sablier.group",
    "sablier.x\n- y",
    "sablier.idle.cpu",
    "sablier.idle.replicas",
    "sablier.running-hours",
    "sablier.running-days",
    "caddy",
    "caddy.reverse_proxy",
    "caddy.sablier.session_duration",
    "caddy.sablier.blocking.timeout",
    "caddy.sablier.dynamic.display_name",
    "traefik.http.routers.r.rule",
    "traefik.http.services.s.loadbalancer.server.port",
    "traefik.http.middlewares.m.plugin.sablier.group",
    "traefik.http.middlewares.m.plugin.sablier.ignoreUserAgent",
  ];
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "g",
      "1",
      "99999",
      "0.5",
      "1h",
      "Host(`a.test`)",
      "a\n# b: [",
      "09:00-10:00",
      "Mon",
      "a.test b.test",
    ),
  );
  const labels = fc.dictionary(fc.constantFrom(...keys), value).map((some) => ({ "sablier.enable": "true", ...some }));
  fc.assert(
    fc.property(labels, labels, (one, two) => {
      const rest = { ports: [], dependsOn: [], command: [], environment: {}, networkMode: "" };
      const services = [one, two].map((each, index) => {
        const name = `c${index}`;
        return { ...rest, id: name, service: name, container: name, labels: each };
      });
      const imported = importSablier(services);
      const hosts = imported.containers.flatMap(({ keys: { host } }) => host);
      fc.pre(new Set(hosts).size === hosts.length);
      assert.ok(configOf(configText(imported, "x")).containers.length > 0);
      assert.ok(readCompose(labelsText(imported, "x"), "x", {}).length > 0);
    }),
  );
});
