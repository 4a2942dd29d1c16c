import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../../../test/support/merge-fixtures.ts";
import { traefikData } from "./traefik-data.ts";
import { findInTraefik } from "./traefik.ts";

const { settings } = merge("containers: [{name: a, host: a.test}]", []);
const ask = (path: string) => ({
  forwardAuth: {
    address: `http://waker:9000/_auth/traefik${path}`,
    trustForwardHeader: false,
    maxResponseBodySize: 1024,
  },
});
const middlewares = {
  "wake-a@file": ask("/container/a"),
  "wake@file": ask(""),
  "errors@file": { errors: { status: ["500-599"] } },
};
const ofHost = (router: object) => ({ "a@file": { rule: "Host(`a.test`)", ...router } });
const byPath = (names: readonly string[]) => ({
  ...ofHost({ middlewares: ["wake"] }),
  "p@file": { rule: "Host(`home.test`) && PathPrefix(`/a`)", middlewares: names },
});

const cases: readonly [rule: string, routers: object, complaint: RegExp | undefined][] = [
  ["an app that is named by path", byPath(["wake-a"]), undefined],
  [
    "errors before the middleware that names it",
    byPath(["errors", "wake-a"]),
    /^\/_auth\/traefik\/container\/a: router p@file: middleware errors@file/u,
  ],
  ["errors behind it", byPath(["wake-a", "errors"]), undefined],
  ["a router of a host that nobody has", byPath(["errors"]), undefined],
  ["the middleware for every host, where others name a container", ofHost({}), /lacks the middleware: add wake@file/u],
  ["a router to the gateway's own proxy", ofHost({ service: "gateway" }), undefined],
  [
    "errors before the gateway's own proxy",
    ofHost({ service: "gateway", middlewares: ["errors"] }),
    /middleware errors@file/u,
  ],
];
for (const [rule, routers, complaint] of cases) {
  test(`a finding about Traefik: ${rule}`, () => {
    const services = { "gateway@file": { loadBalancer: { servers: [{ url: "http://waker:9000" }] } } };
    const found = findInTraefik("3.7.15", traefikData.parse({ middlewares, services, routers }), settings)
      .filter(({ kind }) => kind === "missing")
      .map(({ text }) => text);
    assert.equal(found.length, complaint === undefined ? 0 : 1, found.join("\n"));
    if (complaint !== undefined) assert.match(found[0] ?? "", complaint);
  });
}
