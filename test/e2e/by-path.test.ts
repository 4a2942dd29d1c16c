import assert from "node:assert/strict";
import { describe } from "node:test";
import { onDocker } from "../support/sleeping.ts";
import { createFixedNetwork } from "../support/fixed-network.ts";
import { type Front, startCaddy, startNginx, startTraefik } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { navigation, request } from "../support/http.ts";
import { spawnDag } from "../support/spawn-dag.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { waitUntil } from "../support/wait-until.ts";
import type { TestContext } from "node:test";

/** An app of a shared host: its path there, its container's name and its address. */
interface Sharer {
  readonly path: string;
  readonly name: string;
  readonly upstream: string;
}

/** As docs/traefik.md, docs/caddy.md and docs/nginx.md have it. */
const fronts: Record<
  string,
  (t: TestContext, gateway: Gateway, apps: readonly Sharer[]) => Promise<Front | undefined>
> = {
  traefik: (t, gateway, apps) =>
    startTraefik(t, {
      dynamic: {
        http: {
          middlewares: Object.fromEntries(
            apps.map(({ path, name }) => [
              `wake-${path}`,
              {
                forwardAuth: {
                  address: `http://127.0.0.1:${gateway.port}/_auth/traefik/container/${name}`,
                  trustForwardHeader: false,
                  maxResponseBodySize: 1_048_576,
                },
              },
            ]),
          ),
          routers: {
            polls: {
              rule: "Host(`home.test`) && (Path(`/_health`) || Path(`/_logs`)) && QueryRegexp(`container`, `.+`)",
              service: "gateway",
            },
            ...Object.fromEntries(
              apps.map(({ path }) => [
                path,
                {
                  rule: `Host(\`home.test\`) && PathPrefix(\`/${path}\`)`,
                  middlewares: [`wake-${path}`],
                  service: path,
                },
              ]),
            ),
          },
          services: Object.fromEntries(
            [...apps.map(({ path, upstream }) => [path, upstream]), ["gateway", `127.0.0.1:${gateway.port}`]].map(
              ([name, at]) => [name, { loadBalancer: { servers: [{ url: `http://${at}` }] } }],
            ),
          ),
        },
      },
    }),

  caddy: (t, gateway, apps) =>
    startCaddy(
      t,
      (port) => `http://home.test:${port} {
	bind 127.0.0.1
	@polls path /_health /_logs
	handle @polls {
		reverse_proxy 127.0.0.1:${gateway.port}
	}
${apps
  .map(
    ({ path, name, upstream }) => `	handle /${path}/* {
		forward_auth 127.0.0.1:${gateway.port} {
			uri /_auth/caddy/container/${name}?
		}
		reverse_proxy ${upstream}
	}`,
  )
  .join("\n")}
}`,
    ),

  nginx: (t, gateway, apps) => startNginx(t, (port) => nginxHttp(port, gateway.port, apps)),
};

function nginxHttp(port: number, gateway: number, apps: readonly Sharer[]): string {
  const forwarded = `proxy_pass_request_body off; proxy_set_header Content-Length "";
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $remote_addr;`;
  const locations = apps.map(
    ({ path, name, upstream }) => `
  location /${path}/ {
    set $wake_name ${name};
    auth_request /_wake_auth;
    error_page 401 502 504 = @wake_page;
    proxy_pass http://${upstream}; proxy_request_buffering off; proxy_set_header Host $http_host;
  }`,
  );
  return `
upstream gateway { server 127.0.0.1:${gateway}; }
server {
  listen 127.0.0.1:${port};
  server_name home.test;
  location = /_wake_auth {
    internal;
    proxy_pass http://gateway/_auth/nginx/container/$wake_name;
    ${forwarded}
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 60s;
  }
  location @wake_page {
    rewrite ^ /_auth/nginx/page/container/$wake_name? break;
    proxy_pass http://gateway;
    proxy_method GET; ${forwarded}
  }
  location ~ ^/_(health|logs)$ {
    proxy_pass http://gateway;
    proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 60s;
  }
  ${locations.join("")}
}`;
}

void describe("two apps under one host, by path, without a dag.host", () => {
  for (const [front, start] of Object.entries(fronts)) {
    onDocker(`behind ${front} each path wakes its own app, with page, polls and sleep`, async (t, docker) => {
      const network = await createFixedNetwork(t, docker);
      const apps = await Promise.all(
        ["a", "b"].map(async (path, index) => {
          const container = await docker.createContainer({
            network: network.name,
            address: network.address(index),
            env: { NAME: path },
            labels: { "dag.enabled": "true", "dag.idle_timeout": "4s" },
            start: false,
          });
          return { path, name: container.name, upstream: `${network.address(index)}:80` };
        }),
      );
      const gateway = await startGateway(t, {
        dockerHost: docker.host,
        config: { gateway: { trusted_proxies: ["127.0.0.0/8"] } },
      });
      const running = await start(t, gateway, apps);
      if (running === undefined) return;
      const [a, b] = apps as [Sharer, Sharer];
      const visit = (where: string, headers = {}) =>
        request({ port: running.port, host: "home.test", path: where, headers });

      const page = await visit("/a/x?y=1", navigation);
      assert.equal(page.status, 503, page.text);
      assert.ok(page.text.includes(a.name), page.text);
      await waitUntil(async () => {
        const poll = await visit(`/_health?container=${a.name}&wait=20s`);
        return poll.status !== 429 && poll.json().status === "running";
      });
      await waitUntil(async () => (await visit("/a/x?y=1", navigation)).status === 200);
      assert.match((await visit("/a/x?y=1")).text, /Hello from a/u);
      const status = (await gateway.request({ path: "/_status/api" })).json();
      const stateOf = (name: string) => status.containers.find((one: { name: string }) => one.name === name).state;
      assert.deepEqual([stateOf(a.name), stateOf(b.name)], ["ready", "asleep"]);
      assert.match((await visit("/b/x")).text, /Hello from b/u); // held
      await Promise.all(apps.map(({ name }) => untilAsleep(gateway, name)));

      assert.deepEqual(status.unrouted, []);
      assert.deepEqual(
        gateway.log.filter(({ level }) => Number(level) >= 40).filter(({ msg }) => String(msg).includes("dag.host")),
        [],
      );
      const provided = await gateway.request({ path: "/_provider/traefik" });
      assert.deepEqual(provided.json(), {});
      const checked = await spawnDag(["check", "--docker"], {
        env: { CONFIG_PATH: gateway.configFile, DOCKER_HOST: docker.host },
      });
      assert.equal(checked.code, 0, checked.stderr);
      assert.ok(checked.stdout.includes(`/_auth/FRONT/container/${a.name}`), checked.stdout);
      const explained = await spawnDag(["explain", a.name], { env: { CONFIG_PATH: gateway.configFile } });
      assert.ok(explained.stdout.includes(`/_auth/FRONT/container/${a.name}`), explained.stdout);
    });
  }
});
