import type { TestContext } from "node:test";
import type { FrontApps } from "./front-apps.ts";
import { nginxHttp } from "./front-setups.ts";
import { type Front, startCaddy, startNginx, startTraefik } from "./fronts.ts";

/** A host to whose responses a front adds a Content-Security-Policy. */
export interface PolicyHost {
  readonly policy: string;
  /** The host with forward-auth. */
  readonly asked: string;
  /** The host of the same app through the gateway's own proxy. */
  readonly proxied: string;
}

type Start = (t: TestContext, apps: FrontApps, hosts: readonly PolicyHost[]) => Promise<Front | undefined>;

/**
 * Starts each front with a different Content-Security-Policy for each host, in both modes; `undefined` if it is
 * missing.
 */
export const policyFronts = {
  traefik: (t, { apps, gateway }, hosts) => {
    const at = (url: string) => ({ loadBalancer: { servers: [{ url }] } });
    const address = `http://127.0.0.1:${gateway.port}`;
    return startTraefik(t, {
      dynamic: {
        http: {
          middlewares: {
            wake: { forwardAuth: { address: `${address}/_auth/traefik`, maxResponseBodySize: 1_048_576 } },
            ...byIndex("policy", hosts, ({ policy }) => ({ headers: { contentSecurityPolicy: policy } })),
          },
          routers: {
            ...byIndex("asked", hosts, ({ asked }, index) => ({
              rule: `Host(\`${asked}\`)`,
              middlewares: [`policy${index}`, "wake"],
              service: `app${index}`,
              entryPoints: ["web"],
            })),
            ...byIndex("proxied", hosts, ({ proxied }, index) => ({
              rule: `Host(\`${proxied}\`)`,
              middlewares: [`policy${index}`],
              service: "gateway",
              entryPoints: ["web"],
            })),
          },
          services: { ...byIndex("app", apps, ({ upstream }) => at(`http://${upstream}`)), gateway: at(address) },
        },
      },
    });
  },

  caddy: (t, { gateway }, hosts) =>
    startCaddy(
      t,
      (port) => `http://:${port} {
	bind 127.0.0.1
${hosts.map(({ policy, asked, proxied }, index) => `\t@policy${index} host ${asked} ${proxied}\n\theader @policy${index} Content-Security-Policy "${policy}"`).join("\n")}
	@proxied host ${hosts.map(({ proxied }) => proxied).join(" ")}
	handle @proxied {
		reverse_proxy 127.0.0.1:${gateway.port}
	}
	handle {
		forward_auth 127.0.0.1:${gateway.port} {
			uri /_auth/caddy?
			copy_headers X-Gateway-Upstream
		}
		reverse_proxy {http.request.header.X-Gateway-Upstream} {
			header_up -X-Gateway-Upstream
		}
	}
}`,
    ),

  nginx: (t, { gateway }, hosts) =>
    startNginx(
      t,
      (port) => `
map $host $policy { ${hosts.map(({ policy, asked, proxied }) => `${asked} "${policy}"; ${proxied} "${policy}";`).join(" ")} }
add_header Content-Security-Policy $policy always;
${nginxHttp(port, gateway.port)}
server {
  listen 127.0.0.1:${port};
  server_name ${hosts.map(({ proxied }) => proxied).join(" ")};
  location / { proxy_pass http://127.0.0.1:${gateway.port}; proxy_set_header Host $http_host; proxy_http_version 1.1; }
}`,
    ),
} satisfies Record<string, Start>;

function byIndex<Item, Made>(name: string, items: readonly Item[], make: (item: Item, index: number) => Made) {
  return Object.fromEntries(items.map((item, index) => [`${name}${index}`, make(item, index)] as const));
}
