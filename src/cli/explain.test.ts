import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminAuth } from "../core/settings.ts";
import { type ExplanationDocument, explanationText } from "./explanation-text.ts";
import { findContainers } from "./find-containers.ts";
import { gatewayAddress } from "./gateway-address.ts";

const settings = {
  port: 8080,
  bind: "0.0.0.0",
  adminAuth: { method: "none" } as AdminAuth,
  adminHosts: [] as string[],
};
const basic: AdminAuth = { method: "basic", username: "me", password: "p:w" };
const header = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

const addresses: readonly [
  rule: string,
  more: Partial<typeof settings>,
  url: string | undefined,
  origin: string,
  host: string,
  authorization: string,
][] = [
  ["a gateway on every address is asked on this machine", {}, undefined, "http://127.0.0.1:8080", "", ""],
  ["one on every IPv6 address too", { bind: "::" }, undefined, "http://[::1]:8080", "", ""],
  ["one on a single address is asked there", { bind: "fd12::1", port: 80 }, "", "http://[fd12::1]:80", "", ""],
  [
    "credentials are those of the configuration",
    { adminAuth: basic },
    undefined,
    "http://127.0.0.1:8080",
    "",
    header("me:p:w"),
  ],
  [
    "so is a token",
    { adminAuth: { method: "bearer", token: "t" } },
    undefined,
    "http://127.0.0.1:8080",
    "",
    "Bearer t",
  ],
  [
    "the host is one on which the admin pages are",
    { adminHosts: ["*.a.test"] },
    undefined,
    "http://127.0.0.1:8080",
    "dag.a.test",
    "",
  ],
  ["GATEWAY_URL wins", { adminAuth: basic }, "https://gw.test/x?y", "https://gw.test", "", header("me:p:w")],
  [
    "the user in GATEWAY_URL wins",
    { adminAuth: basic },
    "http://you:a%3Ab@gw.test",
    "http://gw.test",
    "",
    header("you:a:b"),
  ],
  [
    "GATEWAY_URL's host stays where it is an admin host",
    { adminHosts: ["gw.test"] },
    "http://gw.test:81",
    "http://gw.test:81",
    "",
    "",
  ],
];
for (const [rule, more, url, origin, host, authorization] of addresses) {
  test(rule, () => assert.deepEqual(gatewayAddress({ ...settings, ...more }, url), { origin, host, authorization }));
}

test("without a port, or with an invalid address, it says what to do", () => {
  assert.equal(
    gatewayAddress({ ...settings, port: 0 }, undefined),
    "the configured port is 0 (any free port): set GATEWAY_URL to the gateway's address",
  );
  for (const url of ["gw.test:80", "ftp://gw.test", "/x"]) {
    assert.equal(gatewayAddress(settings, url), "GATEWAY_URL must be an http:// or https:// address");
  }
});

const inventory = {
  containers: [
    { name: "app", hosts: ["app.test", "*.app.test"] },
    { name: "api-1", hosts: [] },
    { name: "api-2", hosts: [] },
    { name: "api.test", hosts: ["odd.test"] },
  ],
  groups: [{ name: "api", hosts: ["api.test"], containers: ["api-1", "api-2"] }],
};

const found: readonly [rule: string, wanted: string, names: readonly string[] | string][] = [
  ["a container by its name", "app", ["app"]],
  ["a container by its name before a host that is called so", "api.test", ["api.test"]],
  ["a group's members by its name", "api", ["api-1", "api-2"]],
  ["a group's members by its host", "API.test.:443", ["api-1", "api-2"]],
  ["a container by a wildcard", "x.app.test", ["app"]],
  ["a container by a whole address", "https://app.test:8443/path?x", ["app"]],
  [
    "nothing, with what was meant",
    "ap.test",
    'no container, group or host is called "ap.test"; did you mean "app.test"?',
  ],
  ["nothing at all", "zzzzzzzz", 'no container, group or host is called "zzzzzzzz"'],
];
for (const [rule, wanted, names] of found) {
  test(`finds ${rule}`, () => assert.deepEqual(findContainers(inventory, wanted), names));
}

const asleep: ExplanationDocument = {
  name: "app",
  state: "asleep",
  since: "2026-06-01T12:00:00.123Z",
  why_awake: [],
  why_not_stopped: [],
  would_wake: ["A request for app.test."],
  warnings: ["10.0.0.5 is not trusted."],
  will_stop: null,
  transitions: [
    { at: "2026-06-01T11:00:00.000Z", from: "unseen", to: "asleep", why: "seen stopped" },
    { at: "2026-06-01T11:30:00.000Z", from: "asleep", to: "starting", why: "request\u001b[31m\nx" },
  ],
};

test("one that sleeps is explained with what would wake it, and its changes in columns, each a plain line", () => {
  assert.equal(
    explanationText(asleep),
    `app: asleep since 2026-06-01T12:00:00Z

What would wake it:
  A request for app.test.

Warnings:
  10.0.0.5 is not trusted.

Last changes:
  2026-06-01T11:00:00Z  unseen → asleep    seen stopped
  2026-06-01T11:30:00Z  asleep → starting  request x
`,
  );
});

test("one that is awake is explained with why, why not stopped, and when it will stop", () => {
  const awake = {
    ...asleep,
    state: "ready",
    why_awake: ["It was woken at 2026-06-01T11:59:58.900Z (request)."],
    would_wake: [],
    warnings: [],
    transitions: [],
  };
  assert.equal(
    explanationText({
      ...awake,
      why_not_stopped: ["1 request is open."],
      will_stop: { at: asleep.since, reason: "idle" },
    }),
    `app: ready since 2026-06-01T12:00:00Z

Why it is awake:
  It was woken at 2026-06-01T11:59:58Z (request).

Why it is not stopped:
  1 request is open.

When it will stop:
  At 2026-06-01T12:00:00Z (idle).
`,
  );
  assert.match(explanationText(awake), /^When it will stop:\n {2}No stop is due\.$/m);
});
