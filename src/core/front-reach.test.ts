import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseReach, type ReachFacts, type ReachFrom } from "./front-reach.ts";

const NEARBY = { address: "172.18.0.3", isHere: false, isNear: true };
const HERE = { address: "127.0.0.1", isHere: true, isNear: true };
const FAR = { address: "192.168.1.20", isHere: false, isNear: false };
const PUBLISHED = { host: "127.0.0.1", port: 8081 };

for (const [rule, facts, from, expected] of [
  ["in containers on one network by name", { inContainer: true, sharesNetwork: true }, NEARBY, "name app:80"],
  [
    "by its name, be it published or not",
    { inContainer: true, sharesNetwork: true, published: PUBLISHED },
    NEARBY,
    "name app:80",
  ],
  [
    "in the network of another by that one's name",
    { inContainer: true, sharesNetwork: true, owner: "vpn" },
    NEARBY,
    "owner vpn:80",
  ],
  [
    "without a common network by its port",
    { inContainer: true, published: PUBLISHED },
    NEARBY,
    "published 127.0.0.1:8081",
  ],
  [
    "on the host's network there",
    { inContainer: true, hostNetwork: "172.18.0.1" },
    NEARBY,
    "host-network 172.18.0.1:80",
  ],
  [
    "by its name where the front's own networks are known, and one is its, too",
    { networks: ["shop"] },
    { ...NEARBY, networks: new Set(["shop"]) },
    "name app:80",
  ],
  [
    "by its port where the gateway alone shares a network with it",
    { inContainer: true, networks: ["shop"], sharesNetwork: true, published: PUBLISHED },
    { ...NEARBY, networks: new Set(["front"]) },
    "published 127.0.0.1:8081",
  ],
  ["with none of these through the gateway", { inContainer: true }, NEARBY, "gateway no-network-in-common"],
  [
    "from the host no name of Docker's is known",
    { inContainer: true, sharesNetwork: true },
    { address: "172.18.0.1", isHere: false, isNear: true },
    "gateway front-elsewhere",
  ],
  ["both on the host by its port", { published: PUBLISHED }, HERE, "published 127.0.0.1:8081"],
  ["both on the host, an app on its network", { hostNetwork: "127.0.0.1" }, HERE, "host-network 127.0.0.1:80"],
  ["both on the host, without a port, through the gateway", { sharesNetwork: true }, HERE, "gateway not-published"],
  ["a front elsewhere, the gateway on the host", { published: PUBLISHED }, NEARBY, "gateway front-elsewhere"],
  [
    "a front on another machine, the gateway in a container",
    { inContainer: true, sharesNetwork: true, published: PUBLISHED },
    FAR,
    "gateway front-elsewhere",
  ],
  ["not known yet", undefined, NEARBY, "gateway unknown"],
] as [string, Partial<ReachFacts> | undefined, ReachFrom, string][]) {
  test(`an app is reached: ${rule}`, () => {
    const whole = facts && {
      inContainer: false,
      networks: [],
      sharesNetwork: false,
      hostAddresses: ["172.18.0.1"],
      ...facts,
    };
    const found = chooseReach(whole, "app", 80, from);
    assert.equal(`${found.by} ${found.by === "gateway" ? found.why : `${found.host}:${found.port}`}`, expected);
  });
}
