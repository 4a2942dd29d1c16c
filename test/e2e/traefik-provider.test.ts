import assert from "node:assert/strict";
import { describe } from "node:test";
import type { TestContext } from "node:test";
import type { TestDocker } from "../support/docker.ts";
import { type Front, startTraefik } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { request } from "../support/http.ts";
import { onDocker } from "../support/sleeping.ts";
import { waitUntil } from "../support/wait-until.ts";

interface Setup {
  readonly gateway: Gateway;
  readonly traefik: Front;
}

describe("/_provider/traefik is a document that Traefik accepts without a warning", () => {
  for (const via of ["forward-auth", "proxy"] as const) {
    onDocker(`with a router for every host, via ${via}, each of them enabled`, async (t, docker) => {
      const setup = await start(t, docker, {
        gateway: { traefik: { via, entry_points: ["web"], priority: 500 } },
        containers: [
          { name: "one", host: ["one.test", "www.one.test:8443", "[::1]", "*.one.test"] },
          { name: "dotted.name_x", host: "two.test", target_port: 8080, target_scheme: "https" },
          { name: "local", host: "local.test", process: { command: ["sleep", "1"], port: 9 } },
          { name: "member", host: "member.test" },
        ],
        groups: [{ name: "cluster", host: ["cluster.test", "*.deep.one.test"], containers: ["member"] }],
      });
      if (setup === undefined) return;
      const routers = await routersOf(setup.traefik, "dag-app-one@http");
      assert.deepEqual(
        routers.filter(({ status }) => status !== "enabled"),
        [],
        setup.traefik.log(),
      );
      const rules = Object.fromEntries(routers.map(({ name, rule, priority }) => [name, `${priority} ${rule}`]));
      const { "dag-polls@http": polls, ...others } = rules;
      assert.deepEqual(others, {
        "dag-app-one@http": "500 Host(`::1`) || Host(`one.test`) || Host(`www.one.test`)",
        "dag-wild-one.test@http": "403 HostRegexp(`^.+\\.one\\.test$`)",
        "dag-app-dotted.name_x@http": "500 Host(`two.test`)",
        "dag-app-local@http": "500 Host(`local.test`)",
        "dag-app-member@http": "500 Host(`member.test`)",
        "dag-group-cluster@http": "500 Host(`cluster.test`)",
        "dag-wild-deep.one.test@http": "404 HostRegexp(`^.+\\.deep\\.one\\.test$`)",
      });
      assert.equal(polls !== undefined, via === "forward-auth");
      assert.doesNotMatch(setup.traefik.log(), /ERR/u);
      for (const host of ["one.test", "ONE.test:1", "www.one.test:8443", "[::1]", "a.b.one.test", "x.deep.one.test"]) {
        const answer = await request({ port: setup.traefik.port, host });
        assert.equal(answer.headers["x-gateway-code"], "wake-failed", `${host}: ${answer.status} ${answer.text}`);
      }
      assert.equal((await request({ port: setup.traefik.port, host: "other.test" })).status, 404);
    });
  }

  onDocker("with a certificate resolver and more middlewares, which run before ours", async (t, docker) => {
    const setup = await start(
      t,
      docker,
      {
        gateway: {
          traefik: { via: "forward-auth", entry_points: ["web"], cert_resolver: "le", middlewares: ["deny@file"] },
        },
        containers: [{ name: "one", host: ["one.test", "*.one.test"] }],
      },
      {
        http: { middlewares: { deny: { headers: { customResponseHeaders: { "x-first": "1" } } } } },
      },
    );
    if (setup === undefined) return;
    const routers = await routersOf(setup.traefik, "dag-app-one@http");
    assert.deepEqual(
      routers.map(({ name, status, tls, middlewares }) => [name, status, tls, middlewares]),
      [
        ["dag-app-one@http", "enabled", { certResolver: "le", options: "default" }, ["deny@file", "dag-wake@http"]],
        ["dag-polls@http", "enabled", { options: "default" }, undefined],
        [
          "dag-wild-one.test@http",
          "enabled",
          { certResolver: "le", domains: [{ main: "*.one.test" }], options: "default" },
          ["deny@file", "dag-wake@http"],
        ],
      ],
    );
  });

  onDocker("and a labelled container without a traefik label appears and disappears with it", async (t, docker) => {
    const setup = await start(t, docker, {
      gateway: { traefik: { via: "proxy", entry_points: ["web"] } },
      containers: [{ name: "anchor", host: "anchor.test" }],
    });
    if (setup === undefined) return;
    const { traefik } = setup;
    await routersOf(traefik, "dag-app-anchor@http");
    const app = await docker.createContainer({
      start: false,
      labels: { "dag.enabled": "true", "dag.host": "labelled.test" },
    });
    await routersOf(traefik, `dag-app-${app.name}@http`);
    const answer = await request({ port: traefik.port, host: "labelled.test" });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /Hello from app/u);
    await app.remove();
    // Its host waits for a successor first.
    const isGone = async () => !(await allRouters(traefik)).some(({ name }) => name === `dag-app-${app.name}@http`);
    await waitUntil(isGone, 30_000, "the router to go");
    assert.equal((await request({ port: traefik.port, host: "labelled.test" })).status, 404);
  });
});

interface Router {
  readonly name: string;
  readonly status: string;
  readonly rule: string;
  readonly priority: number;
  readonly tls?: object;
  readonly middlewares?: readonly string[];
}

async function start(
  t: TestContext,
  docker: TestDocker,
  config: { gateway: object; containers: object[]; groups?: object[] },
  dynamic?: object,
): Promise<Setup | undefined> {
  const gateway = await startGateway(t, {
    dockerHost: docker.host,
    config: { ...config, gateway: { trusted_proxies: ["127.0.0.0/8"], ...config.gateway } },
  });
  const endpoint = `http://127.0.0.1:${gateway.port}/_provider/traefik`;
  const traefik = await startTraefik(t, {
    static: {
      providers: { http: { endpoint, pollInterval: "300ms" } },
      certificatesResolvers: {
        le: { acme: { storage: "acme.json", tlsChallenge: {}, caServer: "http://127.0.0.1:1/" } },
      },
    },
    ...(dynamic && { dynamic }),
  });
  return traefik && { gateway, traefik };
}

async function allRouters({ adminPort }: Front): Promise<Router[]> {
  return (await request({ port: adminPort, path: "/api/http/routers?per_page=1000" })).json();
}

/** Those of our document, in the order of their names, once this one is there. */
async function routersOf(traefik: Front, name: string): Promise<Router[]> {
  const found = await waitUntil(async () => {
    const routers = await allRouters(traefik);
    return routers.some((router) => router.name === name) && routers;
  });
  return found.filter((router) => router.name.endsWith("@http")).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
