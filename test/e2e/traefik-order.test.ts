import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { type Front, startTraefik } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort, navigation, request } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";

/** Middlewares that are named before ours, and after it; what they do was seen on Traefik 3.7. */
const orders = [
  { name: "errors", spec: { errors: { status: ["500-599"], service: "pages", query: "/" } }, isFound: true },
  { name: "retry-503", spec: { retry: { attempts: 30, initialInterval: "100ms", status: ["503"] } }, isFound: true },
  { name: "small-buffer", spec: { buffering: { maxResponseBodyBytes: 5_000 } }, isFound: true },
  {
    name: "breaker",
    spec: { circuitBreaker: { expression: "ResponseCodeRatio(500, 600, 0, 600) > 0.25" } },
    isFound: true,
  },
  { name: "retry", spec: { retry: { attempts: 3, initialInterval: "50ms" } }, isFound: false },
  { name: "buffer", spec: { buffering: { maxRequestBodyBytes: 10_000_000 } }, isFound: false },
  { name: "compress", spec: { compress: {} }, isFound: false },
  { name: "rate", spec: { rateLimit: { average: 100, burst: 100 } }, isFound: false },
];

interface Setup {
  readonly gateway: Gateway;
  readonly traefik: Front;
}

/** Takes two seconds to start, so that the first client gets the page. */
const APP = `setTimeout(() => require("node:http").createServer((req, res) => res.end("app"))
  .listen(Number(process.env.PORT), "127.0.0.1"), 2000)`;

/** A host each for `NAME-before` and `NAME-after`. */
async function start(
  t: TestContext,
  names: readonly string[],
  atEntryPoint: readonly string[],
): Promise<Setup | undefined> {
  const pages = createServer((_req, res) => res.end("an error page")).listen(0, "127.0.0.1");
  await once(pages, "listening");
  t.after(() => pages.close());
  const apps = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const process_ = { command: [process.execPath, "-e", APP], port, env: { PORT: String(port) } };
      return { port, keys: { name, host: `${name}.test`, process: process_ } };
    }),
  );
  const gateway = await startGateway(t, {
    config: {
      gateway: { trusted_proxies: ["127.0.0.1"] },
      containers: apps.map(({ keys }) => keys),
    },
  });
  const listOf = (name: string): string[] => {
    const own = name.replace(/-(?:before|after)$/u, "");
    if (atEntryPoint.includes("wake@file")) return [];
    if (own === name) return ["wake"];
    return name.endsWith("-before") ? [own, "wake"] : ["wake", own];
  };
  const traefik = await startTraefik(t, {
    web: { http: { middlewares: atEntryPoint } },
    dynamic: {
      http: {
        middlewares: {
          ...Object.fromEntries(orders.map(({ name, spec }) => [name, spec])),
          wake: {
            forwardAuth: {
              address: `http://127.0.0.1:${gateway.port}/_auth/traefik`,
              trustForwardHeader: false,
              maxResponseBodySize: 1_048_576,
            },
          },
        },
        routers: Object.fromEntries(
          apps.map(({ keys: { name, host } }) => [
            name,
            { rule: `Host(\`${host}\`)`, service: name, middlewares: listOf(name), entryPoints: ["web"] },
          ]),
        ),
        services: Object.fromEntries([
          [
            "pages",
            { loadBalancer: { servers: [{ url: `http://127.0.0.1:${(pages.address() as AddressInfo).port}` }] } },
          ],
          ...apps.map(({ keys: { name }, port }) => [
            name,
            { loadBalancer: { servers: [{ url: `http://127.0.0.1:${port}` }] } },
          ]),
        ]),
      },
    },
  });
  return traefik && { gateway, traefik };
}

/** Whether a browser sees our page, and the page our answers to its polls. */
async function works({ traefik: { port } }: Setup, name: string): Promise<boolean> {
  const host = `${name}.test`;
  const page = await request({ port, host, headers: navigation });
  const poll = await request({ port, host, path: `/_health?container=${name}` });
  return page.headers["x-gateway-code"] === "waking" && /"status":"(?:starting|running)"/u.test(poll.text);
}

async function complaints({ gateway, traefik }: Setup): Promise<readonly string[]> {
  const args = ["check", "--front", "traefik", "--api", `http://127.0.0.1:${traefik.adminPort}`];
  const ran = await spawnDag(args, { env: { CONFIG_PATH: gateway.configFile } });
  assert.equal(ran.stderr, "");
  return ran.stdout.split("\n").filter((line) => line.startsWith("missing"));
}

void describe(
  "what `dag check --front traefik` says of the order of middlewares is what Traefik does",
  { concurrency: 2 },
  () => {
    void it("on a router, for each that stands before ours or after it", async (t) => {
      const names = orders.flatMap(({ name }) => [`${name}-before`, `${name}-after`]);
      const setup = await start(t, names, []);
      if (setup === undefined) return;
      const missing = await complaints(setup);
      const found = orders.map(({ name }) => ({
        name,
        isFound: missing.some((line) => line.includes(`${name}-before.test: router ${name}-before@file`)),
        before: missing.filter((line) => line.includes(`${name}-after.test`)),
      }));
      assert.deepEqual(
        found,
        orders.map(({ name, isFound }) => ({ name, isFound, before: [] })),
      );
      const seen = await Promise.all(
        orders.map(async ({ name }) => [
          name,
          await works(setup, `${name}-before`),
          await works(setup, `${name}-after`),
        ]),
      );
      assert.deepEqual(
        seen,
        orders.map(({ name, isFound }) => [name, !isFound, true]),
      );
    });

    for (const [atEntryPoint, isFound] of [
      [["errors@file"], true],
      [["wake@file", "errors@file"], false],
    ] as const) {
      void it(`at the entry point: ${atEntryPoint.join(", ")}`, async (t) => {
        const setup = await start(t, ["app"], atEntryPoint);
        if (setup === undefined) return;
        const missing = await complaints(setup);
        assert.equal(missing.length, isFound ? 1 : 0, missing.join("\n"));
        if (isFound) assert.match(missing[0] ?? "", /app\.test: router app@file: middleware errors@file \(errors\)/u);
        assert.equal(await works(setup, "app"), !isFound);
      });
    }
  },
);
