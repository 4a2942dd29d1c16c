import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatFault } from "../check/faults.ts";
import { loadConfig, type ConfigInput, type FileConfig } from "./load-config.ts";

const input = (text: string, more: Partial<ConfigInput> = {}): ConfigInput => ({
  text,
  file: "config.yaml",
  env: {},
  readSecret: () => assert.fail("no secret file is read"),
  nowMs: Date.parse("2026-04-07T10:00:00Z"),
  localTimezone: "Europe/Rome",
  ...more,
});

const faultsOf = (text: string, more: Partial<ConfigInput> = {}): string[] => {
  const result = loadConfig(input(text, more));
  return result.ok ? [] : result.faults.map(formatFault);
};

const configOf = (text: string, more: Partial<ConfigInput> = {}): FileConfig => {
  const result = loadConfig(input(text, more));
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
};

test("an empty file has every default of the reference", () => {
  const { gateway, containers, groups } = configOf("");
  assert.deepEqual(containers, []);
  assert.deepEqual(groups, []);
  assert.deepEqual(gateway, {
    port: 8080,
    bind: "0.0.0.0",
    logLines: 30,
    discoveryIntervalMs: 15_000,
    trustedProxies: [],
    adminAuth: { method: "none" },
    adminHosts: [],
    scheduleTimezone: "Europe/Rome",
    network: "",
    address: "auto",
    defaultDocker: "docker",
    swarmManagers: [],
    holdTimeoutMs: 25_000,
    maxPending: 1000,
    logs: "starting",
    stateFile: "/data/state.json",
    templatesDir: "",
    theme: "default",
    traefik: {
      entryPoints: ["websecure"],
      certResolver: "",
      via: "auto",
      whenAwake: "ask",
      throttleMs: 2_000,
      middlewares: [],
      priority: 100_000,
    },
    notify: [],
  });
});

test("numbers, booleans and durations are taken quoted and unquoted", () => {
  const quoted = configOf(
    'containers: [{name: a, host: a.test, target_port: "8080", idle_timeout: "0", pass_host: "false"}]',
  );
  const bare = configOf("containers: [{name: a, host: a.test, target_port: 8080, idle_timeout: 0, pass_host: false}]");
  assert.deepEqual(bare.containers, quoted.containers);
  assert.equal(bare.containers[0]?.target_port, 8080);
  assert.equal(bare.containers[0]?.idle_timeout, 0);
});

test("a text stays as it was written, leading zeros included", () => {
  const { gateway } = configOf("gateway: {admin_auth: {method: bearer, token: 0012}}");
  assert.deepEqual(gateway.adminAuth, { method: "bearer", token: "0012" });
});

test("all faults come together, from the top of the file down, however different they are", () => {
  const text =
    "gateway:\n  prot: 80\ncontainers:\n  - name: a\n    host: a.t\n    idle_timeout: 90\n    depends_on: [gone]\n  - name: b\n    host: a.t\ngroups:\n  - {name: g, host: g.t}\n";
  const faults = faultsOf(text, { env: { DISCOVERY_INTERVAL: "15" } });
  assert.deepEqual(
    faults.map((fault) => fault.replace(/: .*/, "")),
    [
      "environment variable DISCOVERY_INTERVAL",
      "config.yaml:2:3",
      "config.yaml:6:19",
      "config.yaml:7:18",
      "config.yaml:9:11",
      "config.yaml:11:5",
    ],
  );
});

test("a container with a fault of its own is still known to those that depend on it", () => {
  assert.deepEqual(
    faultsOf("containers: [{name: a, host: a.t, depends_on: [b]}, {name: b, host: b.t, port: 1, process: {}}]").filter(
      (fault) => fault.includes("unknown container"),
    ),
    [],
  );
});

test("the environment wins against the file, and secrets may come from files", () => {
  const env = {
    DISCOVERY_INTERVAL: "1m",
    SCHEDULE_TIMEZONE: "Asia/Tokyo",
    ADMIN_AUTH_METHOD: "bearer",
    ADMIN_AUTH_TOKEN_FILE: "/run/secrets/token",
  };
  const readSecret = (path: string) => (path === "/run/secrets/token" ? "s3cret\n\n" : "another file");
  const config = configOf('gateway: {discovery_interval: "5s", schedule_timezone: "Europe/Rome"}', { env, readSecret });
  assert.equal(config.gateway.discoveryIntervalMs, 60_000);
  assert.equal(config.gateway.scheduleTimezone, "Asia/Tokyo");
  assert.deepEqual(config.gateway.adminAuth, { method: "bearer", token: "s3cret\n" });
  assert.equal(config.provenance.get("gateway.admin_auth.token"), "environment ADMIN_AUTH_TOKEN_FILE");
  assert.equal(config.provenance.get("gateway.discovery_interval"), "environment DISCOVERY_INTERVAL");
});

const environments: readonly [Record<string, string>, string][] = [
  [
    { DISCOVERY_INTERVAL: "15" },
    'environment variable DISCOVERY_INTERVAL: 15 has no unit; write "15s" for seconds or "15m" for minutes',
  ],
  [
    { SCHEDULE_TIMEZONE: "Mars" },
    'environment variable SCHEDULE_TIMEZONE: unknown time zone "Mars"; write it like "Europe/Rome"',
  ],
  [
    { ADMIN_AUTH_METHOD: "baisc" },
    'environment variable ADMIN_AUTH_METHOD: "baisc" must be one of none, basic, bearer; did you mean "basic"?',
  ],
  [
    { ADMIN_AUTH_TOKEN: "a", ADMIN_AUTH_TOKEN_FILE: "/b" },
    "environment variable ADMIN_AUTH_TOKEN: ADMIN_AUTH_TOKEN and ADMIN_AUTH_TOKEN_FILE are both set; keep one",
  ],
  [
    { ADMIN_AUTH_PASSWORD_FILE: "/gone" },
    'environment variable ADMIN_AUTH_PASSWORD_FILE: cannot read the file "/gone": ENOENT',
  ],
];
for (const [env, fault] of environments) {
  test(`the environment is refused with: ${fault}`, () => {
    const readSecret = () => {
      throw Object.assign(new Error("gone"), { code: "ENOENT" });
    };
    assert.deepEqual(faultsOf("", { env, readSecret }), [fault]);
  });
}

test("an empty variable counts as unset", () => {
  assert.equal(
    configOf("", { env: { DISCOVERY_INTERVAL: "", ADMIN_AUTH_TOKEN: "", ADMIN_AUTH_TOKEN_FILE: "" } }).gateway
      .discoveryIntervalMs,
    15_000,
  );
});

test("a header that lets people in is compared in lower case", () => {
  const { gateway } = configOf("gateway: {admin_auth: {method: bearer, token: t, trusted_header: Remote-User}}");
  assert.deepEqual(gateway.adminAuth, { method: "bearer", token: "t", trustedHeader: "remote-user" });
});

test("a header that lets people in, but that nobody may send, is warned about", () => {
  const auth = "admin_auth: {method: bearer, token: t, trusted_header: Remote-User}";
  const warning = "gateway.admin_auth.trusted_header has no effect: gateway.trusted_proxies is empty";
  const warningsOf = (text: string): readonly string[] => {
    const result = loadConfig(input(text));
    return result.ok ? result.warnings : assert.fail("refused");
  };
  assert.deepEqual(warningsOf(`gateway: {${auth}}`), [warning]);
  assert.deepEqual(warningsOf(`gateway: {${auth}, trusted_proxies: [10.0.0.1]}`), []);
});

test("credentials that no method asks for are warned about", () => {
  const result = loadConfig(input("", { env: { ADMIN_AUTH_TOKEN: "x" } }));
  assert.ok(result.ok);
  assert.match(result.warnings.join(), /the admin pages are open/);
});

test("the origin of every key of the file is known by its line", () => {
  const { provenance } = configOf(
    "gateway:\n  port: 1\n  traefik:\n    via: proxy\ncontainers:\n  - name: a\n    host: a.t\n    idle_timeout: 5m\n",
  );
  assert.equal(provenance.get("gateway.port"), "config.yaml line 2");
  assert.equal(provenance.get("gateway.traefik.via"), "config.yaml line 4");
  assert.equal(provenance.get("a.idle_timeout"), "config.yaml line 8");
  assert.equal(provenance.get("a.start_timeout"), undefined);
});

test("secrets never appear in faults", () => {
  const secret = "hunter2-hunter2";
  const texts = [
    `gateway: {admin_auth: {method: ${secret}x, password: ${secret}}}`.replace(`${secret}x`, "basik"),
    `gateway: {admin_auth: {method: basic, password: [${secret}], token: {a: ${secret}}}}`,
    `gateway: {admin_auth: [${secret}]}`,
    `gateway: {notify: [{url: "${secret}", secret: [${secret}], headers: {A B: ${secret}}}]}`,
    `gateway: {admin_auth: {token: "${secret}}}`,
    `gateway: {admin_auth: {token: ${secret}: ${secret}}}`,
  ];
  for (const text of texts) {
    const faults = faultsOf(text);
    assert.ok(faults.length > 0, text);
    assert.ok(!faults.join("\n").includes(secret), faults.join("\n"));
  }
});

test("no text makes loading throw, and every fault names a place", () => {
  const word = fc.constantFrom(
    "gateway",
    "containers",
    "groups",
    "name",
    "host",
    "process",
    "ignore",
    "notify",
    "headers",
    "traefik",
    "admin_auth",
    "depends_on",
    "a",
    "a.t",
    "90",
    "0",
    "__proto__",
    "constructor",
    "<<",
  );
  const value = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 5 }, word, fc.constant(null), fc.string(), tie("list"), tie("map"), tie("map")),
    list: fc.array(tie("node"), { maxLength: 4 }),
    map: fc.array(fc.tuple(word, tie("node")), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
  })).node;
  const text = fc.oneof(
    fc.string(),
    value.map((some) => JSON.stringify(some)),
  );
  fc.assert(
    fc.property(text, (some) => {
      const result = loadConfig(input(some));
      if (!result.ok) for (const fault of result.faults) assert.match(formatFault(fault), /^config\.yaml:\d+:\d+: /);
    }),
    { numRuns: 1000 },
  );
});
