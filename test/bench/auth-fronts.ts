import type { TestContext } from "node:test";
import { untilRouted } from "../support/front-setups.ts";
import { startCaddy, startNginx, startTraefik } from "../support/fronts.ts";

interface Waker {
  readonly port: number;
  readonly pid: number;
}

export interface AuthFront {
  readonly front: string;
  /** `alone`, or who answers its questions. */
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly waker: number | undefined;
}

/** Each front that is installed, three times before one app: alone, with each auth server, and with few auth requests to the gateway. */
export async function startAuthFronts(
  t: TestContext,
  appPort: number,
  wakers: { readonly bare: Waker; readonly gateway: Waker },
): Promise<AuthFront[]> {
  const all: AuthFront[] = [];
  const wanted = (process.env["FRONTS"] ?? "traefik,caddy,nginx").split(",");
  for (const [front, { seldom, start }] of Object.entries(FRONTS).filter(([one]) => wanted.includes(one))) {
    const asked = [["alone", undefined], ...Object.entries(wakers)] as const;
    for (const [name, waker] of [...asked, ...(seldom === undefined ? [] : [[seldom, wakers.gateway] as const])]) {
      const started = await start(t, appPort, { waker: waker?.port, isSeldom: name === seldom });
      if (started === undefined) continue;
      if (name === "direct") await untilRouted(started, "app-0", false);
      all.push({ front, name, port: started.port, pid: started.pid(), waker: waker?.pid });
    }
  }
  return all;
}

/** The auth server of a front proxy, and whether it is used before each request. */
interface Asking {
  readonly waker: number | undefined;
  readonly isSeldom: boolean;
}

const FRONTS = {
  traefik: { seldom: "direct", start: traefik },
  caddy: { seldom: undefined, start: caddy },
  nginx: { seldom: "cached", start: nginx },
} as const;

function traefik(t: TestContext, appPort: number, { waker, isSeldom }: Asking) {
  const endpoint = `http://127.0.0.1:${waker}/_provider/traefik`;
  const log = { level: "ERROR" };
  if (isSeldom) return startTraefik(t, { static: { log, providers: { http: { endpoint, pollInterval: "2s" } } } });
  const forwardAuth = { address: `http://127.0.0.1:${waker}/_auth/traefik`, trustForwardHeader: false };
  return startTraefik(t, {
    static: { log },
    dynamic: {
      http: {
        ...(waker !== undefined && {
          middlewares: { wake: { forwardAuth: { ...forwardAuth, maxResponseBodySize: 1e6 } } },
        }),
        routers: {
          app: {
            rule: "Host(`bench.test`)",
            service: "app",
            entryPoints: ["web"],
            ...(waker !== undefined && { middlewares: ["wake"] }),
          },
        },
        services: { app: { loadBalancer: { servers: [{ url: `http://127.0.0.1:${appPort}` }] } } },
      },
    },
  });
}

function caddy(t: TestContext, appPort: number, { waker }: Asking) {
  const auth = waker === undefined ? "" : `\tforward_auth 127.0.0.1:${waker} {\n\t\turi /_auth/caddy?\n\t}\n`;
  return startCaddy(t, (port) => `http://:${port} {\n\tbind 127.0.0.1\n${auth}\treverse_proxy 127.0.0.1:${appPort}\n}`);
}

function nginx(t: TestContext, appPort: number, { waker, isSeldom }: Asking) {
  return startNginx(
    t,
    (port, dir) => `
${isSeldom ? `proxy_cache_path ${dir}/wake keys_zone=wake:1m max_size=16m inactive=1d;` : ""}
keepalive_requests 1000000000;
upstream app { server 127.0.0.1:${appPort}; keepalive 64; keepalive_requests 1000000000; }
${waker === undefined ? "" : `upstream waker { server 127.0.0.1:${waker}; keepalive 64; keepalive_requests 1000000000; }`}
server {
  listen 127.0.0.1:${port};
  location = /_wake_auth {
    internal; proxy_pass http://${waker === undefined ? "app" : "waker"}/_auth/nginx${isSeldom ? "/cached" : ""};
    ${isSeldom ? "proxy_cache wake; proxy_cache_key $http_host; proxy_cache_use_stale error; open_file_cache max=1024 inactive=1m;" : ""}
    proxy_pass_request_body off; proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-For $remote_addr;
    proxy_http_version 1.1; proxy_set_header Connection "";
  }
  location / {
    ${waker === undefined ? "" : "auth_request /_wake_auth;"}
    proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  }
}`,
  );
}
