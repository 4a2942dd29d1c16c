import assert from "node:assert/strict";
import test from "node:test";
import type { AddressMode } from "../../core/settings.ts";
import { findEndpoints, type NetworkFacts } from "./find-endpoints.ts";
import type { Viewpoint } from "./viewpoint.ts";

const host: Viewpoint = { mode: "auto", sees: "bridges", shared: new Set(), hostAddress: "127.0.0.1" };
const inside: Viewpoint = { mode: "auto", sees: "shared", shared: new Set(["front"]), hostAddress: "10.9.0.1" };
const desktop: Viewpoint = { ...host, sees: "nothing" };
const remote: Viewpoint = { ...desktop, hostAddress: "docker.test" };
const as = (viewpoint: Viewpoint, mode: AddressMode): Viewpoint => ({ ...viewpoint, mode });

interface Shape {
  /** Maps networks to addresses, IPv4 first; "" for none. */
  readonly on?: Record<string, [v4: string, v6?: string]>;
  /** The published addresses and ports for port 80. */
  readonly published?: [ip: string, port: number][];
  readonly networkMode?: string;
}

const everywhere: Shape = { on: { back: ["10.1.0.2"], front: ["10.9.0.2"] }, published: [["0.0.0.0", 8080]] };

const cases: [rule: string, shape: Shape, from: Viewpoint, network: string, found: string[]][] = [
  [
    "the host reaches every bridge, then the port",
    everywhere,
    host,
    "",
    ["10.1.0.2:80", "10.9.0.2:80", "127.0.0.1:8080p"],
  ],
  ["a shared network comes first", everywhere, inside, "", ["10.9.0.2:80", "10.1.0.2:80", "10.9.0.1:8080p"]],
  ["a network that is asked for is the only one", everywhere, inside, "back", ["10.1.0.2:80", "10.9.0.1:8080p"]],
  [
    "a network that it is not on is no choice",
    everywhere,
    host,
    "gone",
    ["10.1.0.2:80", "10.9.0.2:80", "127.0.0.1:8080p"],
  ],
  [
    "Compose's short name means its network",
    { on: { a: ["10.1.0.2"], shop_b: ["10.2.0.2"] } },
    host,
    "b",
    ["10.2.0.2:80"],
  ],
  ["an exact name beats a short one", { on: { shop_b: ["10.1.0.2"], b: ["10.2.0.2"] } }, host, "b", ["10.2.0.2:80"]],
  [
    "no shared network: the published port",
    { on: { x: ["10.3.0.2"] }, published: [["", 81]] },
    inside,
    "",
    ["10.9.0.1:81p"],
  ],
  [
    "no shared network and no port: the address is all there is",
    { on: { x: ["10.3.0.2"] } },
    inside,
    "",
    ["10.3.0.2:80"],
  ],
  ["only IPv6", { on: { six: ["", "fd00::2"] } }, host, "", ["fd00::2:80"]],
  ["both kinds, the old one first", { on: { two: ["10.4.0.2", "fd00::2"] } }, host, "", ["10.4.0.2:80", "fd00::2:80"]],
  ["a virtual machine hides addresses", everywhere, desktop, "", ["127.0.0.1:8080p"]],
  ["a remote Docker's ports are on its machine", everywhere, remote, "", ["docker.test:8080p"]],
  ["a remote loopback port is unreachable", { published: [["127.0.0.1", 81]] }, remote, "", []],
  ["a host's loopback port is out of a container's reach", { published: [["127.0.0.1", 81]] }, inside, "", []],
  [
    "loopback ports stay what they are",
    {
      published: [
        ["127.0.0.2", 81],
        ["::1", 82],
      ],
    },
    host,
    "",
    ["127.0.0.2:81p", "::1:82p"],
  ],
  [
    "wildcards of both kinds become loopback",
    {
      published: [
        ["0.0.0.0", 81],
        ["::", 81],
      ],
    },
    host,
    "",
    ["127.0.0.1:81p", "::1:81p"],
  ],
  [
    "wildcards of both kinds are one host elsewhere",
    {
      published: [
        ["0.0.0.0", 81],
        ["::", 81],
      ],
    },
    inside,
    "",
    ["10.9.0.1:81p"],
  ],
  ["a port on one address of the host", { published: [["192.0.2.7", 81]] }, inside, "", ["192.0.2.7:81p"]],
  ["the host's network, from the host", { networkMode: "host" }, host, "", ["127.0.0.1:80"]],
  ["the host's network, from a container", { networkMode: "host" }, inside, "", ["10.9.0.1:80"]],
  ["mode container: no port", everywhere, as(host, "container"), "", ["10.1.0.2:80", "10.9.0.2:80"]],
  ["mode published: nothing else", everywhere, as(inside, "published"), "", ["10.9.0.1:8080p"]],
  ["nothing to go by", {}, host, "", []],
];

for (const [rule, shape, from, network, found] of cases) {
  test(rule, () => {
    const endpoints = findEndpoints(inspected(shape), from, network, 80);
    assert.deepEqual(
      endpoints.map((one) => `${one.host}:${one.port}${one.published ? "p" : ""}`),
      found,
    );
  });
}

function inspected({ on = {}, published, networkMode = "default" }: Shape): NetworkFacts {
  const networks = Object.entries(on).map(([name, [v4, v6 = ""]]) => [name, { IPAddress: v4, GlobalIPv6Address: v6 }]);
  const bindings = published?.map(([HostIp, port]) => ({ HostIp, HostPort: String(port) }));
  return {
    HostConfig: { NetworkMode: networkMode },
    NetworkSettings: { Networks: Object.fromEntries(networks), Ports: bindings ? { "80/tcp": bindings } : {} },
  };
}
