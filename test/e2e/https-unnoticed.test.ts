import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { startTraefik } from "../support/fronts.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { type Answer, freePort, navigation, request } from "../support/http.ts";
import { selfSigned } from "../support/self-signed.ts";
import { toolOrSkip } from "../support/tools.ts";
import { waitUntil } from "../support/wait-until.ts";

/** What real servers that take TLS alone do about a plain request: most answer 400 in words of their own, Node closes. */
type Kind = "go" | "nginx" | "node";

/** The command of such a server, or of one that only looks like it. */
type Command = (port: number, dir: string) => string[];

const script = (code: string): Command => {
  return (port, dir) => [process.execPath, "-e", `const port = ${port}, dir = ${JSON.stringify(dir)};\n${code}`];
};

const READ = `const fs = require("node:fs");
const keys = { key: fs.readFileSync(dir + "/key.pem"), cert: fs.readFileSync(dir + "/cert.pem") };`;

const servers = {
  go: (caddy: string) => (port, dir) => {
    const site = `https://127.0.0.1:${port}, https://go.test:${port} {\nbind 127.0.0.1\ntls ${dir}/cert.pem ${dir}/key.pem\nrespond "go over TLS"\n}`;
    writeFileSync(`${dir}/Caddyfile-${port}`, `{\nadmin off\nauto_https off\npersist_config off\n}\n${site}\n`);
    return [caddy, "run", "--config", `${dir}/Caddyfile-${port}`, "--adapter", "caddyfile"];
  },
  nginx: (nginx: string) => (port, dir) => {
    const server = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${dir}/cert.pem; ssl_certificate_key ${dir}/key.pem; return 200 "nginx over TLS"; }`;
    const user = process.getuid?.() === 0 ? "user root;" : "";
    const text = `${user} daemon off; pid ${dir}/nginx.pid; error_log stderr; events {} http { access_log off; ${server} }`;
    writeFileSync(`${dir}/nginx.conf`, text);
    return [nginx, "-p", dir, "-c", `${dir}/nginx.conf`];
  },
  node: () =>
    script(`${READ}
require("node:https").createServer(keys, (_, res) => res.end("node over TLS")).listen(port, "127.0.0.1");`),
} as const satisfies Record<Kind, (program: string) => Command>;

/** Both on one port, as cockpit does; plain HTTP has a page that answers 400. */
const BOTH = script(`${READ}
const answer = (req, res) => res.writeHead(req.url === "/bad" ? 400 : 200).end("both");
const http = require("node:http").createServer(answer), https = require("node:https").createServer(keys, answer);
require("node:net").createServer((socket) => socket.once("data", (first) => {
  socket.pause().unshift(first);
  (first[0] === 22 ? https : http).emit("connection", socket);
  socket.resume();
}).on("error", () => {})).listen(port, "127.0.0.1");`);

/** Says 400 to everything, and counts what it is spoken to without understanding it. */
const REFUSES = script(`
let garbage = 0;
require("node:http").createServer((req, res) => res.writeHead(400).end("garbage " + garbage))
  .on("clientError", ({ code }, socket) => {
    if (code.startsWith("HPE_")) garbage += 1; // and no client that has left
    socket.destroy();
  }).listen(port, "127.0.0.1");`);

function keysIn(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), "dag-tls-"));
  cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
  const { key, cert } = selfSigned(["go.test", "nginx.test", "node.test"]);
  writeFileSync(`${dir}/key.pem`, key);
  writeFileSync(`${dir}/cert.pem`, cert);
  return dir;
}

/** Ends in 443, as ports of TLS do. */
async function tlsPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port % 1_000 !== 443 || given.has(port)) continue;
    given.add(port);
    return port;
  }
}

const given = new Set<number>();

interface App {
  readonly name: string;
  readonly port: number;
  readonly command: string[];
  readonly keys?: object;
}

const describeApp = ({ name, port, command, keys = {} }: App) => ({
  name,
  host: `${name}.test`,
  process: { command, port },
  start_timeout: "20s",
  ...keys,
});

async function statusOf(gateway: Gateway, name: string) {
  const { containers } = (await gateway.request({ path: "/_status/api" })).json();
  return containers.find((one: { name: string }) => one.name === name);
}

const TOLD = /speaks TLS only.*target_scheme: https/u;

describe("an app that accepts only TLS without target_scheme", () => {
  it("is named by page, problem, log, explain and status after its first 400, and answers by target_scheme", async (t) => {
    const [caddy, nginx] = [toolOrSkip(t, "caddy"), toolOrSkip(t, "nginx")];
    if (caddy === undefined || nginx === undefined) return;
    const dir = keysIn(t);
    const kinds: [Kind, Command][] = [
      ["go", servers.go(caddy)],
      ["nginx", servers.nginx(nginx)],
      ["node", servers.node()],
    ];
    const apps = await Promise.all(
      kinds.map(async ([name, command]): Promise<App> => {
        const port = await freePort();
        return { name, port, command: command(port, dir) };
      }),
    );
    const gateway = await startGateway(t, { config: { containers: apps.map(describeApp) } });
    for (const { name, port } of apps) {
      const host = `${name}.test`;
      const first = await gateway.request({ host });
      if (name === "node") assert.match(first.json().detail, /speaks TLS.*target_scheme: https/u);
      else assert.equal(first.status, 400, "what the app says itself reaches its client as it is");
      await gateway.waitForLog(({ event, container, msg }) => {
        return event === "wants-tls" && container === name && TOLD.test(String(msg));
      });
      const next = await gateway.request({ host });
      assert.deepEqual([next.status, next.headers["x-gateway-code"]], [502, "wake-failed"], name);
      assert.equal(next.json().reason, "tls");
      assert.match(next.json().detail, new RegExp(`speaks TLS only on port ${port}: set target_scheme: https`, "u"));
      const page = await gateway.request({ host, headers: navigation });
      assert.match(page.text, /target_scheme: https/u);
      const { failure, warnings } = await statusOf(gateway, name);
      assert.match(failure.message, TOLD);
      assert.match(warnings.join(), TOLD);
      const explained = await gateway.request({ path: `/_status/explain?container=${name}` });
      assert.match(explained.json().warnings.join(), TOLD);
    }

    const file = { gateway: { port: gateway.port, bind: "127.0.0.1" }, containers: apps.map(describeApp) };
    const fixed = file.containers.map((one) => ({ ...one, target_scheme: "https" }));
    writeFileSync(gateway.configFile, JSON.stringify({ ...file, containers: fixed }));
    gateway.signal("SIGHUP");
    for (const { name } of apps) {
      const host = `${name}.test`;
      const answers = async () => (await gateway.request({ host })).text === `${name} over TLS`;
      await waitUntil(answers, 10_000, `${name} to be spoken to by TLS`);
      assert.deepEqual((await statusOf(gateway, name)).warnings, []);
    }
  });

  it("is not an app that answers 400 for other reasons, or that accepts both on one port", async (t) => {
    const dir = keysIn(t);
    const [refuses, both] = [await freePort(), await freePort()];
    const apps = [
      { name: "refuses", port: refuses, command: REFUSES(refuses, dir) },
      { name: "both", port: both, command: BOTH(both, dir) },
    ];
    const gateway = await startGateway(t, { config: { containers: apps.map(describeApp) } });
    for (const { name } of apps) {
      for (let times = 0; times < 5; times += 1) {
        const answer = await gateway.request({ host: `${name}.test`, path: "/bad" });
        assert.equal(answer.status, 400);
        assert.equal(answer.headers["x-gateway-code"], undefined);
      }
    }
    const looked = async () => (await gateway.request({ host: "refuses.test" })).text === "garbage 1";
    await waitUntil(looked, 5_000, "the single check of an app that refuses everything");
    assert.equal((await gateway.request({ host: "both.test" })).text, "both");
    for (const { name } of apps) {
      const { state, warnings } = await statusOf(gateway, name);
      assert.deepEqual([name, state, warnings], [name, "ready", []]);
    }
    assert.equal((await gateway.request({ host: "refuses.test" })).text, "garbage 1", "and no second one in this run");
  });

  it("stays awake behind a front, which may speak TLS by itself, and is named all the same", async (t) => {
    const [caddy, nginx] = [toolOrSkip(t, "caddy"), toolOrSkip(t, "nginx")];
    if (caddy === undefined || nginx === undefined) return;
    const dir = keysIn(t);
    const [go, plain, closing] = [await tlsPort(), await tlsPort(), await tlsPort()];
    const apps: App[] = [
      { name: "go", port: go, command: servers.go(caddy)(go, dir) },
      { name: "nginx", port: plain, command: servers.nginx(nginx)(plain, dir) },
      { name: "node", port: closing, command: servers.node()(closing, dir) },
    ];
    const gateway = await startGateway(t, {
      config: { gateway: { trusted_proxies: ["127.0.0.0/8"] }, containers: apps.map(describeApp) },
    });
    const scheme = (name: string) => (name === "nginx" ? "http" : "https");
    const traefik = await startTraefik(t, {
      dynamic: {
        http: {
          middlewares: { wake: { forwardAuth: { address: `http://127.0.0.1:${gateway.port}/_auth/traefik` } } },
          routers: Object.fromEntries(
            apps.map(({ name }) => [name, { rule: `Host(\`${name}.test\`)`, middlewares: ["wake"], service: name }]),
          ),
          services: Object.fromEntries(
            apps.map(({ name, port }) => [
              name,
              { loadBalancer: { servers: [{ url: `${scheme(name)}://127.0.0.1:${port}` }], serversTransport: "own" } },
            ]),
          ),
          serversTransports: { own: { insecureSkipVerify: true, serverName: "go.test" } },
        },
      },
    });
    if (traefik === undefined) return;
    for (const { name } of apps) {
      const ask = (): Promise<Answer> => request({ port: traefik.port, host: `${name}.test` });
      const wanted = name === "nginx" ? 400 : 200;
      const first = await ask();
      assert.equal(first.status, wanted, `${name}: ${first.text}`);
      await gateway.waitForLog(({ event, container }) => event === "wants-tls" && container === name);
      const { state, warnings } = await statusOf(gateway, name);
      assert.equal(state, "ready");
      assert.match(warnings.join(), TOLD);
      assert.equal((await ask()).status, wanted, `${name} again`);
    }
  });
});
