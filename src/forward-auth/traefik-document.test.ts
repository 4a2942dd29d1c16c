import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { settingsOf } from "../../test/integration/settings.ts";
import { traefikDocument } from "./traefik-document.ts";

const TRAEFIK = {
  entryPoints: ["web"],
  certResolver: "",
  via: "forward-auth",
  whenAwake: "ask",
  throttleMs: 2_000,
  middlewares: [],
  priority: 900,
} as const;

test("a document is spelled out: this is all that is in it", () => {
  const settings = settingsOf([{ name: "app" }], { gateway: { traefik: TRAEFIK } });
  assert.deepEqual(traefikDocument(settings, "waker:9000"), {
    http: {
      middlewares: {
        "dag-wake": {
          forwardAuth: {
            address: "http://waker:9000/_auth/traefik",
            trustForwardHeader: false,
            maxResponseBodySize: 1_048_576,
          },
        },
      },
      routers: {
        "dag-app-app": {
          entryPoints: ["web"],
          middlewares: ["dag-wake"],
          service: "dag-app-app",
          priority: 900,
          rule: "Host(`app.test`)",
        },
        "dag-polls": {
          entryPoints: ["web"],
          priority: 901,
          rule: "(Path(`/_health`) || Path(`/_logs`)) && QueryRegexp(`container`, `^(app)$`)",
          service: "dag-gateway",
        },
      },
      services: {
        "dag-app-app": { loadBalancer: { servers: [{ url: "http://app:80" }] } },
        "dag-gateway": { loadBalancer: { servers: [{ url: "http://waker:9000" }] } },
      },
    },
  });
});

test("via the proxy every service is the gateway, which asks nobody", () => {
  const settings = settingsOf([{ name: "app" }], { gateway: { traefik: { ...TRAEFIK, via: "proxy" } } });
  assert.deepEqual(traefikDocument(settings, "waker:9000").http, {
    routers: {
      "dag-app-app": { entryPoints: ["web"], service: "dag-gateway", priority: 900, rule: "Host(`app.test`)" },
    },
    services: { "dag-gateway": { loadBalancer: { servers: [{ url: "http://waker:9000" }] } } },
  });
});

test("without a host there is nothing to publish", () => {
  assert.deepEqual(traefikDocument(settingsOf([{ name: "db", hosts: [] }]), "waker:9000"), {});
});

describe("whatever the hosts are", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/u);
  const host = fc
    .tuple(fc.boolean(), label, label, fc.option(fc.integer({ min: 1, max: 65_535 })))
    .map(([wild, a, b, port]) => (wild ? `*.${a}.${b}` : `${a}.${b}${port === null ? "" : `:${port}`}`));
  const workloads = fc.uniqueArray(fc.record({ name: label, hosts: fc.array(host, { maxLength: 4 }) }), {
    selector: ({ name }) => name,
    maxLength: 6,
  });

  test("the same settings in another order give the same text", () => {
    fc.assert(
      fc.property(workloads, (list) => {
        // Hosts that two workloads claim are excluded, because the configuration gives them to one.
        const claimed = new Set<string>();
        const settled = list.map(({ name, hosts }) => ({
          name,
          hosts: hosts.filter((one) => !claimed.has(one) && claimed.add(one)),
        }));
        const text = (order: typeof settled): string => JSON.stringify(traefikDocument(settingsOf(order), "w:1"));
        assert.equal(text(settled), text(settled.toReversed()));
      }),
    );
  });

  test("no rule is published twice, and nothing in the document is empty, which Traefik takes for a fault", () => {
    fc.assert(
      fc.property(workloads, (list) => {
        const { http } = traefikDocument(settingsOf(list), "w:1");
        const rules = Object.values(http?.routers ?? {}).map(({ rule }) => rule);
        assert.equal(new Set(rules).size, rules.length);
        for (const value of Object.values(http ?? {})) assert.ok(Object.keys(value).length > 0);
        for (const { service } of Object.values(http?.routers ?? {})) assert.ok(service in (http?.services ?? {}));
      }),
    );
  });
});

test("an app that speaks https is reached by it, its certificate unchecked unless the settings want that", () => {
  const https = { targetScheme: "https", targetPort: 8443 } as const;
  const settings = settingsOf(
    [
      { name: "a", hosts: ["*.a.test", "a.test:444"], ...https },
      { name: "b", ...https, targetVerify: true },
    ],
    { gateway: { traefik: TRAEFIK } },
  );
  const { services, serversTransports } = traefikDocument(settings, "waker:9000").http ?? {};
  assert.deepEqual(services?.["dag-app-a"], {
    loadBalancer: { servers: [{ url: "https://a:8443" }], serversTransport: "dag-app-a" },
  });
  assert.deepEqual(serversTransports, {
    "dag-app-a": { insecureSkipVerify: true, serverName: "a.test" },
    "dag-app-b": { serverName: "b.test" },
  });
});

test("each port that hosts name is a service of its own, with its own auth requests and TLS hosts", () => {
  const settings = settingsOf(
    [
      {
        name: "minio",
        hosts: ["s3.test", "*.s3.test", "console.test", "ui.test"],
        hostPorts: { "console.test": 9001, "ui.test": 9001 },
        targetPort: 9000,
        targetScheme: "https",
      },
    ],
    { gateway: { traefik: TRAEFIK } },
  );
  const direct = { reach: { by: "published", host: "127.0.0.1", port: 19_001 }, sendsAuthRequests: false } as const;
  const { http } = traefikDocument(settings, "waker:9000", new Map([["minio=9001", direct]]));
  const routers = Object.entries(http?.routers ?? {}).map(([name, { rule, service, middlewares }]) => {
    return [name, rule, service, middlewares?.length ?? 0];
  });
  assert.deepEqual(routers.slice(0, 2), [
    ["dag-app-minio", "Host(`s3.test`)", "dag-app-minio", 1],
    ["dag-app-minio=9001", "Host(`console.test`) || Host(`ui.test`)", "dag-app-minio=9001", 0],
  ]);
  assert.deepEqual(routers.at(-1), ["dag-wild-s3.test", "HostRegexp(`^.+\\.s3\\.test$`)", "dag-app-minio", 1]);
  assert.deepEqual(
    ["dag-app-minio", "dag-app-minio=9001"].map((name) => http?.services[name]?.loadBalancer.servers[0]?.url),
    ["https://minio:9000", "https://127.0.0.1:19001"],
  );
  assert.equal(http?.serversTransports?.["dag-app-minio=9001"]?.serverName, "console.test");
});

for (const [where, workloads] of [
  ["of one app", [{ name: "app", hosts: ["app.test:8443", "app.test"], hostPorts: { "app.test:8443": 9001 } }]],
  [
    "of two apps",
    [
      { name: "a", hosts: ["app.test:8443"] },
      { name: "app", hosts: ["app.test"] },
    ],
  ],
] as const) {
  test(`hosts ${where} that differ only by port are one to Traefik: the one without a port decides`, () => {
    const { http } = traefikDocument(settingsOf(workloads, { gateway: { traefik: TRAEFIK } }), "waker:9000");
    const routed = Object.values(http?.routers ?? {}).filter(({ rule }) => rule.includes("app.test"));
    assert.deepEqual(
      routed.map(({ service }) => http?.services[service]?.loadBalancer.servers[0]?.url),
      ["http://app:80"],
    );
  });
}

test("a port that a host names is its port where nothing else is known of it", () => {
  const settings = settingsOf([{ name: "app", hosts: ["ui.test"], hostPorts: { "ui.test": 9001 } }], {
    gateway: { traefik: TRAEFIK },
  });
  const { services } = traefikDocument(settings, "waker:9000").http ?? {};
  assert.equal(services?.["dag-app-app=9001"]?.loadBalancer.servers[0]?.url, "http://app:9001");
});

test("the traffic of a service of Docker Swarm passes through the gateway, whose requests go to its tasks", () => {
  const settings = settingsOf([{ name: "web", engine: "swarm" }], { gateway: { traefik: TRAEFIK } });
  const { http } = traefikDocument(settings, "waker:9000");
  assert.equal(http?.routers["dag-app-web"]?.service, "dag-gateway");
  assert.deepEqual(Object.keys(http?.services ?? {}), ["dag-gateway"]);
  assert.equal(http?.middlewares, undefined);
});

test("with 2,000 other apps, one that needs auth requests again changes its own router and no other byte", () => {
  const names = Array.from({ length: 2_000 }, (_, index) => `app-${index}`);
  const settings = settingsOf(names.map((name) => ({ name })));
  const text = (asked: string): string => {
    const forwarding = names.map((name) => {
      const reach = { by: "published", host: "127.0.0.1", port: 8_000 } as const;
      return [name, { reach, sendsAuthRequests: name === asked }] as const;
    });
    return JSON.stringify(traefikDocument(settings, "w:1", new Map(forwarding)));
  };
  const [before, after] = [text(""), text("app-1234")];
  const at = after.indexOf('"middlewares":["dag-wake"],');
  assert.equal(after.replace('"middlewares":["dag-wake"],', ""), before);
  assert.match(after.slice(0, at), /"dag-app-app-1234":\{[^{}]*$/u);
});
