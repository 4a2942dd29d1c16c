import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import type { TestDocker } from "../support/docker.ts";
import { createFixedNetwork } from "../support/fixed-network.ts";
import { untilAsleep } from "../support/front-apps.ts";
import { nginxHttp } from "../support/front-setups.ts";
import { startCaddy, startNginx } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { request } from "../support/http.ts";
import { selfSigned } from "../support/self-signed.ts";
import { onDocker } from "../support/sleeping.ts";
import { toolOrSkip } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Accepts only TLS; answers with the size of the body, the server name and the host. */
const SCRIPT = `
const { WebSocketServer } = require("/app/node_modules/ws");
const server = require("node:https").createServer(JSON.parse(process.env.CERTIFICATE), async (req, res) => {
  let bytes = 0;
  for await (const chunk of req) bytes += chunk.length;
  res.end(JSON.stringify({ bytes, host: req.headers.host, servername: req.socket.servername }));
});
new WebSocketServer({ server }).on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
server.listen(443);
`;

/** How the app is reached: by each guide, and through the gateway behind Traefik. */
const WAYS = ["provider", "labels", "proxy", "caddy", "nginx"] as const;
type Way = (typeof WAYS)[number];

const hostOf = (way: Way): string => `${way}.test`;

/** Where clients find the front of one way. */
interface Place {
  readonly address: string;
  readonly port: number;
}

describe("an app that speaks https only, asleep behind a front", () => {
  onDocker("is woken and answers requests, uploads and WebSockets, by every guide", async (t, docker) => {
    const network = await createFixedNetwork(t, docker);
    const env = { CERTIFICATE: JSON.stringify(selfSigned(["app.test"])) };
    const apps = await Promise.all(
      WAYS.map(async (way, index) => {
        const name = `${way}-${Math.random().toString(36).slice(2, 8)}`;
        const container = await docker.createContainer({
          name,
          start: false,
          cmd: ["node", "-e", SCRIPT],
          env,
          network: network.name,
          address: network.address(index),
          labels: way === "labels" ? traefikLabels(name) : {},
        });
        return { way, container, address: network.address(index) };
      }),
    );
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: {
        gateway: {
          bind: "0.0.0.0",
          trusted_proxies: ["127.0.0.0/8", network.subnet],
          traefik: { entry_points: ["web"] },
        },
        containers: apps.map(({ way, container: { name } }) => ({
          name,
          host: hostOf(way),
          target_port: 443,
          target_scheme: "https",
          stop_timeout: "1s",
        })),
      },
    });
    const fronts = await Promise.all([
      startTraefikInside(t, docker, network, gateway),
      startCaddy(t, (port) => caddySite(port, gateway.port, apps.find(({ way }) => way === "caddy")!.address)),
      startNginx(t, (port) => nginxTls(port, gateway.port)),
    ]);
    const [traefik, caddy, nginx] = fronts;
    if (traefik === undefined || caddy === undefined || nginx === undefined) return;
    const here = ({ port }: { readonly port: number }): Place => ({ address: "127.0.0.1", port });
    const places: Record<Way, Place> = {
      provider: traefik,
      labels: traefik,
      proxy: traefik,
      caddy: here(caddy),
      nginx: here(nginx),
    };
    await Promise.all(
      apps.map(async ({ way, container: { name } }) => {
        for (const visit of [get, post, connect]) {
          await gateway.request({ method: "POST", path: `/_status/stop?container=${name}` });
          await untilAsleep(gateway, name);
          await visit(places[way], hostOf(way)).catch((cause: unknown) => {
            throw new Error(`${way}, ${visit.name}: ${String(cause)}`, { cause });
          });
        }
      }),
    );
  });
});

async function get({ address, port }: Place, host: string): Promise<void> {
  const answer = await request({ address, port, host });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().host, host);
}

async function post({ address, port }: Place, host: string): Promise<void> {
  const answer = await request({ address, port, host, method: "POST", body: Buffer.alloc(2_000_000) });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().bytes, 2_000_000);
}

async function connect({ address, port }: Place, host: string): Promise<void> {
  const socket = new WebSocket(`ws://${address}:${port}/ws`, { headers: { host } });
  try {
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const echoed = new Promise((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));
    socket.send("over TLS");
    assert.equal(await echoed, "over TLS");
  } finally {
    socket.terminate();
  }
}

/** The labels of docs/traefik.md. */
function traefikLabels(name: string): Record<string, string> {
  return {
    "traefik.enable": "true",
    "traefik.docker.allownonrunning": "true",
    "traefik.http.routers.labelled.rule": `Host(\`${hostOf("labels")}\`)`,
    "traefik.http.routers.labelled.middlewares": "wake@file",
    // Before those of the document, which knows every host.
    "traefik.http.routers.labelled.priority": "200000",
    "traefik.http.services.labelled.loadbalancer.server.url": `https://${name}:443`,
    "traefik.http.services.labelled.loadbalancer.serverstransport": "own-certificates@file",
  };
}

/** In a container of the apps' network, since it must find them by name. */
async function startTraefikInside(
  t: TestContext,
  docker: TestDocker,
  network: { readonly name: string; readonly gateway: string; address(n: number): string },
  gateway: Gateway,
): Promise<Place | undefined> {
  const program = toolOrSkip(t, "traefik");
  if (program === undefined) return undefined;
  const dir = mkdtempSync(path.join(tmpdir(), "dag-traefik-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const self = `http://${network.gateway}:${gateway.port}`;
  const dynamic = {
    http: {
      middlewares: { wake: { forwardAuth: { address: `${self}/_auth/traefik`, trustForwardHeader: false } } },
      routers: { proxy: { rule: `Host(\`${hostOf("proxy")}\`)`, service: "gateway", priority: 200_000 } },
      services: { gateway: { loadBalancer: { servers: [{ url: self }] } } },
      serversTransports: { "own-certificates": { insecureSkipVerify: true } },
    },
  };
  writeFileSync(path.join(dir, "dynamic.yml"), JSON.stringify(dynamic));
  const address = network.address(50);
  await docker.createContainer({
    network: network.name,
    address,
    image: "tiny",
    binds: [`${program}:/traefik:ro`, `${dir}:/etc/dag:ro`, `${docker.host.replace("unix://", "")}:/docker.sock`],
    cmd: [
      "/traefik",
      "--entrypoints.web.address=:80",
      "--ping=true",
      "--ping.entrypoint=web",
      "--api.insecure=true",
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
      "--providers.file.filename=/etc/dag/dynamic.yml",
      "--providers.docker.endpoint=unix:///docker.sock",
      "--providers.docker.exposedbydefault=false",
      `--providers.http.endpoint=${self}/_provider/traefik`,
      "--providers.http.pollinterval=1s",
    ],
  });
  const knowsAll = async (): Promise<boolean> => {
    const { text } = await request({ address, port: 8080, path: "/api/http/routers" });
    return ["proxy@file", "labelled@docker", "dag-app-provider"].every((name) => text.includes(name));
  };
  await waitUntil(knowsAll, 20_000, "Traefik to know every router");
  return { address, port: 80 };
}

/** The site of docs/caddy.md. */
function caddySite(port: number, gateway: number, address: string): string {
  return `http://${hostOf("caddy")}:${port} {
	bind 127.0.0.1
	forward_auth 127.0.0.1:${gateway} {
		uri /_auth/caddy?
		lb_try_duration 10s
	}
	reverse_proxy https://${address}:443 {
		header_up Host {hostport}
		transport http {
			tls_insecure_skip_verify
			tls_server_name ${hostOf("caddy")}
		}
	}
}`;
}

/** The server of docs/nginx.md, with the lines of its guide to such apps. */
function nginxTls(port: number, gateway: number): string {
  return nginxHttp(port, gateway).replace(
    "proxy_pass http://$wake_target;",
    "proxy_pass https://$wake_target; proxy_ssl_server_name on; proxy_ssl_name $host;",
  );
}
