import assert from "node:assert/strict";
import { test } from "node:test";
import { item, merge } from "../../../test/support/merge-fixtures.ts";
import { findInCaddy } from "./caddy.ts";
import type { Finding } from "./finding.ts";
import { findInLabels } from "./labels.ts";
import { findInNginx } from "./nginx.ts";
import { traefikData } from "./traefik-data.ts";
import { findInTraefik } from "./traefik.ts";

const { settings } = merge("containers: [{name: a, host: a.test}]", []);

/** Returns the printed findings that are not ok. */
function complaints(findings: readonly Finding[]): string[] {
  return findings.filter(({ kind }) => kind !== "ok").map(({ kind, text }) => `${kind} ${text}`);
}

const wake = {
  forwardAuth: {
    address: "http://waker:9000/_auth/traefik",
    trustForwardHeader: false,
    maxResponseBodySize: 1024,
  },
};
const good = {
  routers: { "a@docker": { rule: "Host(`A.test`)", middlewares: ["wake@file"], service: "a", priority: 14 } },
  middlewares: { "wake@file": wake },
  services: { "a@docker": { loadBalancer: { servers: [{ url: "http://a:80" }] } } },
};
const routed = (router: object, more: object = {}) => ({
  ...good,
  ...more,
  routers: { "a@docker": { ...good.routers["a@docker"], ...router } },
});
const asking = (forwardAuth: object) => ({ ...good, middlewares: { "wake@file": { forwardAuth } } });
const { address } = wake.forwardAuth;
const traefikCases: readonly [rule: string, data: object, complaint: RegExp | undefined][] = [
  ["all is there", good, undefined],
  ["no middleware asks us", { ...good, middlewares: {} }, /^missing no forwardAuth middleware/],
  [
    "clients are trusted",
    asking({ ...wake.forwardAuth, trustForwardHeader: true }),
    /^missing .*trustForwardHeader to false/,
  ],
  ["trust is unset", asking({ address, maxResponseBodySize: 1024 }), /^note .*trustForwardHeader to false/],
  ["no limit of the answer", asking({ address, trustForwardHeader: false }), /^note .*maxResponseBodySize/],
  ["no router", { ...good, routers: {} }, /^missing a\.test: no router/],
  ["a router for the word alone", routed({ rule: "Path(`/a.test`)" }), /^missing a\.test: no router/],
  ["a router that does not ask", routed({ middlewares: [] }), /^missing a\.test: router a@docker lacks/],
  ["a router that asks twice", routed({ middlewares: ["wake@file", "wake@file"] }), /sends 2 auth requests/],
  ["a router that is refused", routed({ error: ["no such service"] }), /not active: no such service/],
  ["a host among others", routed({ rule: "(Host(`b.test`) || Host(`a.test`)) && PathPrefix(`/`)" }), undefined],
  ["a host by its form", routed({ rule: "HostRegexp(`^.+\\.test$`)" }), undefined],
  [
    "a chain that asks",
    routed(
      { middlewares: ["all@file"] },
      { middlewares: { "wake@file": wake, "all@file": { chain: { middlewares: ["wake"] } } } },
    ),
    undefined,
  ],
  [
    "a router that only redirects",
    {
      ...good,
      routers: { ...good.routers, "r@docker": { rule: "Host(`a.test`)", middlewares: ["tls@file"] } },
      middlewares: { ...good.middlewares, "tls@file": { redirectScheme: { scheme: "https" } } },
    },
    undefined,
  ],
  [
    "a router that never gets a request",
    { ...good, routers: { ...good.routers, "b@docker": { rule: "Host(`a.test`)", priority: 1 } } },
    undefined,
  ],
  [
    "an app by an address that it loses",
    { ...good, services: { "a@docker": { loadBalancer: { servers: [{ url: "http://172.17.0.2:80" }] } } } },
    /^note .*server\.url/,
  ],
  [
    "a health check of the load balancer",
    { ...good, services: { "a@docker": { loadBalancer: { healthCheck: { path: "/" } } } } },
    /^note .*healthcheck/,
  ],
];

for (const [rule, data, complaint] of traefikCases) {
  test(`a finding about Traefik: ${rule}`, () => {
    const found = complaints(findInTraefik("3.7.15", traefikData.parse(data), settings));
    assert.equal(found.length > 0, complaint !== undefined, found.join("\n"));
    if (complaint !== undefined) assert.match(found[0] ?? "", complaint);
  });
}

test("a Traefik before 3.6 is advised to use a provider that knows stopped containers", () => {
  for (const [version, count] of [
    ["3.5.9", 1],
    ["2.11.0", 1],
    ["3.6.0", 0],
    ["4.0.0", 0],
    ["dev", 0],
  ] as const)
    assert.equal(complaints(findInTraefik(version, traefikData.parse(good), settings)).length, count, version);
});

const allow = { "traefik.docker.allownonrunning": "true" };
const url = { "traefik.http.services.a.loadbalancer.server.url": "http://a:80" };
const port = { "traefik.http.services.a.loadbalancer.server.port": "80" };
const labelCases: readonly [
  rule: string,
  labels: Record<string, string>,
  complaints: readonly RegExp[],
  version?: string,
][] = [
  ["all labels", { ...allow, ...url }, []],
  ["no label of Traefik's", {}, []],
  ["it is switched off", { ...port, "traefik.enable": "false" }, []],
  ["no allownonrunning", url, [/allownonrunning=true/]],
  ["allownonrunning on an old Traefik", { ...allow, ...url }, [/skip the whole container/], "3.5.0"],
  ["a port in place of a URL", { ...allow, ...port }, [/server\.url=http:\/\/a:PORT/]],
  ["a port together with the URL", { ...allow, ...url, ...port }, [/keep only the url/]],
];

for (const [rule, labels, expected, version = "3.7.0"] of labelCases) {
  test(`a finding about a container's labels: ${rule}`, () => {
    const found = complaints(findInLabels(version, [item("a", labels), item("stranger", port)], settings));
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [at, form] of expected.entries()) assert.match(found[at] ?? "", form);
  });
}

const copy = { request: { set: { "X-Gateway-Upstream": ["{http.reverse_proxy.header.X-Gateway-Upstream}"] } } };
const toUpstream = { handler: "reverse_proxy", upstreams: [{ dial: "{http.request.header.X-Gateway-Upstream}" }] };
const drop = { headers: { request: { delete: ["X-Gateway-Upstream"] } } };
const ask = (uri: string, more: object = {}) => ({
  handler: "reverse_proxy",
  rewrite: { method: "GET", uri },
  upstreams: [{ dial: "waker:9000" }],
  ...more,
});
const site = (host: string[], ...handle: object[]) => ({
  apps: {
    http: {
      servers: {
        srv0: {
          routes: [
            { match: host.length > 0 ? [{ host }] : [], handle: [{ handler: "subroute", routes: [{ handle }] }] },
          ],
        },
      },
    },
  },
});

const caddyCases: readonly [rule: string, config: object, complaint: RegExp | undefined][] = [
  ["all is there", site(["a.test"], ask("/_auth/caddy?")), undefined],
  ["a site for all hosts", site([], ask("/_auth/caddy/container/a?")), undefined],
  ["a site with a star", site(["*.test"], ask("/_auth/caddy?")), undefined],
  ["nobody asks", site(["a.test"], toUpstream), /^missing no forward_auth/],
  ["no configuration at all", { apps: null }, /^missing no forward_auth/],
  ["the client's query is kept", site(["a.test"], ask("/_auth/caddy")), /question mark/],
  ["another site asks", site(["*.a.test"], ask("/_auth/caddy?")), /^missing a\.test: no site/],
  [
    "the generic block",
    site([], ask("/_auth/caddy?", { handle_response: [copy] }), { ...toUpstream, ...drop }),
    undefined,
  ],
  ["the generic block without its header", site([], ask("/_auth/caddy?"), { ...toUpstream, ...drop }), /copy_headers/],
  [
    "the generic block that tells the app",
    site([], ask("/_auth/caddy?", { handle_response: [copy] }), toUpstream),
    /^note /,
  ],
];

for (const [rule, config, complaint] of caddyCases) {
  test(`a finding about Caddy: ${rule}`, () => {
    const found = complaints(findInCaddy(config, settings));
    assert.equal(found.length > 0, complaint !== undefined, found.join("\n"));
    if (complaint !== undefined) assert.match(found[0] ?? "", complaint);
  });
}

const nginx = `# configuration file
http {
  log_format x '{"a": "$remote_addr"; }';
  server { listen 80 default_server; server_name "";  return 404; }
  server {
    server_name b.test a.test;
    location = /_wake_auth {
      internal; proxy_pass http://waker:9000/_auth/nginx; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
    location / { auth_request /_wake_auth; error_page 401 502 504 = @wake_page; proxy_pass http://\${target}; }
    location @wake_page {
      proxy_pass http://waker:9000; rewrite ^ /_auth/nginx/page? break;
      proxy_set_header x-forwarded-host $http_host; proxy_set_header X-Forwarded-Uri "$request_uri";
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}`;

const nginxCases: readonly [rule: string, was: string, becomes: string, complaint: RegExp | undefined][] = [
  ["all is there", "", "", undefined],
  ["a name with a star", "b.test a.test", "*.test", undefined],
  ["nobody asks", "waker:9000/_auth/nginx;", "waker:9000/;", /^missing no location uses/],
  ["the question is not put", "auth_request /_wake_auth", "auth_request off", /^missing no auth_request uses/],
  ["a comment sets nothing", "auth_request", "#auth_request /_wake_auth;\n#", /^missing no auth_request uses/],
  [
    "the client's header would pass",
    "proxy_set_header X-Forwarded-Uri $request_uri;",
    "",
    /X-Forwarded-Uri \$request_uri/,
  ],
  ["the body goes along", "proxy_pass_request_body off;", "", /proxy_pass_request_body off/],
  ["no page for a 401", "error_page 401 ", "error_page ", /error_page 401/],
  ["no page", "rewrite ^ /_auth/nginx/page? break;", "", /no location serves the gateway's page/],
  ["the client's header would pass to the page", 'X-Forwarded-Uri "$request_uri"', "X-A b", /@wake_page: add .*-Uri/],
  [
    "nginx waits less than the hold",
    "internal;",
    "internal; proxy_read_timeout 500ms;",
    /proxy_read_timeout 500ms .*hold_timeout/,
  ],
  ["nginx waits a minute and a half", "internal;", "internal; proxy_read_timeout '1m 30s';", undefined],
  ["the page keeps the query", "page? break", "page break", /question mark/],
  ["another server has the host", "b.test a.test", "b.test", /^missing a\.test: its server/],
];

for (const [rule, was, becomes, complaint] of nginxCases) {
  test(`a finding about nginx: ${rule}`, () => {
    assert.ok(nginx.includes(was));
    const found = complaints(
      findInNginx(
        nginx.replace(was, () => becomes),
        settings,
      ),
    );
    assert.equal(found.length > 0, complaint !== undefined, found.join("\n"));
    if (complaint !== undefined) assert.match(found[0] ?? "", complaint);
  });
}
