import { readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { FrontApps } from "./front-apps.ts";
import { request } from "./http.ts";
import { waitUntil } from "./wait-until.ts";
import { type Front, startCaddy, startNginx, startTraefik } from "./fronts.ts";

/** Starts each front proxy in front of the same sleeping apps, as in its guide; `undefined` if it is not installed. */
export const frontSetups = {
  /** With a file provider that contains the apps' addresses. */
  traefik: (t: TestContext, { apps, gateway }: FrontApps) =>
    startTraefik(t, {
      dynamic: {
        http: {
          middlewares: {
            wake: {
              forwardAuth: {
                address: `http://127.0.0.1:${gateway.port}/_auth/traefik`,
                trustForwardHeader: false,
                maxResponseBodySize: 1_048_576,
              },
            },
          },
          routers: Object.fromEntries(
            apps.map(({ host }, index) => [
              `app${index}`,
              { rule: `Host(\`${host}\`)`, middlewares: ["wake"], service: `app${index}`, entryPoints: ["web"] },
            ]),
          ),
          services: Object.fromEntries(
            apps.map(({ upstream }, index) => [
              `app${index}`,
              { loadBalancer: { servers: [{ url: `http://${upstream}` }] } },
            ]),
          ),
        },
      },
    }),

  /** With the HTTP provider and `when_awake: direct`. The apps have published ports. */
  traefikDirect: (t: TestContext, { gateway }: Pick<FrontApps, "gateway">, address = "127.0.0.1") =>
    startTraefik(t, {
      static: {
        providers: { http: { endpoint: `http://${address}:${gateway.port}/_provider/traefik`, pollInterval: "1s" } },
      },
    }),

  /** With the generic block, in which the gateway provides the upstream. */
  caddy: (t: TestContext, { gateway }: FrontApps) =>
    startCaddy(
      t,
      (port) => `http://:${port} {
	bind 127.0.0.1
	@h2c header Upgrade h2c
	request_header @h2c -Upgrade
	forward_auth 127.0.0.1:${gateway.port} {
		uri /_auth/caddy?
		copy_headers X-Gateway-Upstream
	}
	reverse_proxy {http.request.header.X-Gateway-Upstream} {
		header_up -X-Gateway-Upstream
	}
}`,
    ),

  /** With a site for each app, which works while the gateway is down. */
  caddyFixed: (t: TestContext, { apps, gateway }: FrontApps) =>
    startCaddy(t, (port) => sitesFor(PER_HOST_EXAMPLE, { port, gateway: gateway.port, apps })),

  /** With the generic block. */
  nginx: (t: TestContext, { gateway }: FrontApps) => startNginx(t, (port) => nginxHttp(port, gateway.port)),

  /** With the example in which nginx caches the answers for awake apps. */
  nginxCached: (t: TestContext, { gateway }: FrontApps) =>
    startNginx(t, (port, dir) => exampleFor(CACHED_EXAMPLE, { port, dir, gateway: gateway.port })),
} satisfies Record<string, (t: TestContext, apps: FrontApps) => Promise<Front | undefined>>;

const PER_HOST_EXAMPLE = path.resolve(import.meta.dirname, "../../examples/caddy/per-host/Caddyfile");

/** Returns the example's snippets unchanged, and its site for each app. */
function sitesFor(
  file: string,
  { port, gateway, apps }: { port: number; gateway: number } & Pick<FrontApps, "apps">,
): string {
  const [snippets = "", site = ""] = readFileSync(file, "utf8").split(/(?<=^\}\n)\n(?=#[^\n]*\nhttp:)/mu);
  const sites = apps.map(({ host, upstream }) =>
    site
      .replace("http://whoami.localhost {", `http://${host}:${port} {\n\tbind 127.0.0.1`)
      .replaceAll("whoami:80", upstream),
  );
  return [snippets.replaceAll("gateway:8080", `127.0.0.1:${gateway}`), ...sites].join("\n");
}

const CACHED_EXAMPLE = path.resolve(import.meta.dirname, "../../examples/nginx/cached.conf");

/** Returns an example's configuration with the ports and the directory of this machine. */
function exampleFor(file: string, { port, dir, gateway }: { port: number; dir: string; gateway: number }): string {
  return readFileSync(file, "utf8")
    .replace("listen 80 default_server", `listen 127.0.0.1:${port}`)
    .replace("server gateway:8080", `server 127.0.0.1:${gateway}`)
    .replace("/var/cache/nginx", dir);
}

/** Returns the `http` block of the guide, with one server for all hosts. */
export function nginxHttp(port: number, gateway: number): string {
  return `
map $wake_up $wake_target { '' 127.0.0.1:1; default $wake_up; }
map $http_upgrade $connection_upgrade { default upgrade; '' close; ~*^h2c close; }
server {
  listen 127.0.0.1:${port};
  client_max_body_size 0;
  location = /_wake_auth {
    internal;
    proxy_pass http://127.0.0.1:${gateway}/_auth/nginx;
    proxy_pass_request_body off; proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Upgrade $http_upgrade;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 60s;
  }
  location ~ ^/_(health|logs)$ {
    proxy_pass http://127.0.0.1:${gateway};
    proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 60s;
  }
  location / {
    auth_request /_wake_auth; auth_request_set $wake_up $upstream_http_x_gateway_upstream;
    error_page 401 502 504 = @wake_page;
    proxy_pass http://$wake_target; proxy_http_version 1.1; proxy_request_buffering off;
    proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade; proxy_set_header X-Gateway-Upstream "";
  }
  location @wake_page {
    rewrite ^ /_auth/nginx/page? break;
    proxy_pass http://127.0.0.1:${gateway};
    proxy_method GET; proxy_pass_request_body off; proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $remote_addr;
  }
}`;
}

/** Resolves when Traefik has a router for this container, with or without auth requests. */
export async function untilRouted({ adminPort }: Front, name: string, isAsked: boolean): Promise<void> {
  await waitUntil(
    async () => {
      const found = await request({ port: adminPort, path: `/api/http/routers/dag-app-${name}@http` });
      if (found.status !== 200) return false;
      return (found.json().middlewares ?? []).includes("dag-wake@http") === isAsked;
    },
    20_000,
    `a router of ${name} that ${isAsked ? "asks" : "does not ask"}`,
  );
}
