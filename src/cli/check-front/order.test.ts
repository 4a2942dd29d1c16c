import assert from "node:assert/strict";
import { test } from "node:test";
import { merge } from "../../../test/support/merge-fixtures.ts";
import { traefikData } from "./traefik-data.ts";
import { findInTraefik } from "./traefik.ts";

const { settings } = merge("containers: [{name: a, host: a.test}]", []);
const forwardAuth = {
  address: "http://waker:9000/_auth/traefik",
  trustForwardHeader: false,
  maxResponseBodySize: 1024,
};

/** Creates the data of a Traefik whose router for a.test has these middlewares; `m` and a chain with it exist. */
const withM = (m: object, middlewares: readonly string[] = ["m@file", "wake@file"]) => ({
  routers: { "a@docker": { rule: "Host(`a.test`)", middlewares, service: "a" } },
  middlewares: {
    "wake@file": { forwardAuth },
    "m@file": m,
    "all@file": { chain: { middlewares: ["m", "wake"] } },
  },
  services: { "a@docker": { loadBalancer: { servers: [{ url: "http://a:80" }] } } },
});
const errorPages = { errors: { status: ["500-599"] } };

const cases: readonly [rule: string, data: object, complaint: RegExp | undefined][] = [
  [
    "error pages",
    withM(errorPages),
    /^missing a\.test: router a@docker: middleware m@file \(errors\).* 502, 503 responses/,
  ],
  ["an error page of 503 among others", withM({ errors: { status: ["404", "503"] } }), /^missing .* 503 responses/],
  ["error pages that are none of ours", withM({ errors: { status: ["404", "500-501", "504-599"] } }), undefined],
  ["error pages in a chain", withM(errorPages, ["all@file"]), /^missing .*m@file \(errors\)/],
  ["error pages that come after it", withM(errorPages, ["wake@file", "m@file"]), undefined],
  ["a retry of our 503", withM({ retry: { attempts: 3, status: ["500-504"] } }), /^missing .*\(retry/],
  ["a retry of connections", withM({ retry: { attempts: 3 } }), undefined],
  ["a buffer that is smaller than a page", withM({ buffering: { maxResponseBodyBytes: 5_000 } }), /^missing .*buffer/],
  ["a buffer for requests", withM({ buffering: { maxRequestBodyBytes: 5_000 } }), undefined],
  ["a rate limit", withM({ rateLimit: { average: 1 } }), /^note .*rateLimit/],
  [
    "a circuit breaker that counts our 503",
    withM({ circuitBreaker: { expression: "ResponseCodeRatio(500, 600, 0, 600) > 0.25" } }),
    /^missing .*\(circuitBreaker\)/,
  ],
  [
    "a circuit breaker that counts the time of held requests",
    withM({ circuitBreaker: { expression: "LatencyAtQuantileMS(50.0) > 100" } }),
    /^missing .*\(circuitBreaker\)/,
  ],
  [
    "a circuit breaker of lost connections",
    withM({ circuitBreaker: { expression: "NetworkErrorRatio() > 0.3" } }),
    undefined,
  ],
  ["compression", withM({ compress: {} }), undefined],
];

for (const [rule, data, complaint] of cases) {
  test(`a finding about Traefik, before the gateway's middleware: ${rule}`, () => {
    const found = findInTraefik("3.7.15", traefikData.parse(data), settings).filter(({ kind }) => kind !== "ok");
    assert.equal(found.length, complaint === undefined ? 0 : 1);
    if (complaint !== undefined) assert.match(`${found[0]?.kind} ${found[0]?.text}`, complaint);
  });
}

test("a finding about Traefik: error pages on a router for a host of unread labels are a note", () => {
  const none = merge("containers: []", []).settings;
  const found = findInTraefik("3.7.15", traefikData.parse(withM(errorPages)), none).filter(({ kind }) => kind !== "ok");
  assert.deepEqual(
    found.map(({ kind, text }) => [kind, /^Host\(`a\.test`\): .*\(errors\)/u.test(text)]),
    [["note", true]],
  );
});

test("a finding about Traefik: error pages before routers whose service is the gateway itself", () => {
  const proxied = merge("gateway: {traefik: {via: proxy}}\ncontainers: [{name: a, host: a.test}]", []).settings;
  const data = {
    ...withM(errorPages),
    routers: { "a@http": { rule: "Host(`a.test`)", middlewares: ["m@file"], service: "dag-gateway" } },
  };
  const found = findInTraefik("3.7.15", traefikData.parse(data), proxied);
  assert.match(found.find(({ kind }) => kind === "missing")?.text ?? "", /m@file \(errors\)/);
});
