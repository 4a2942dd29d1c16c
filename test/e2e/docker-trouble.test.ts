import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip } from "../support/docker.ts";
import { startGateway } from "../support/gateway.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Other files share the daemon, so that hosts are of this file alone. */
const PRUNED = "pruned.trouble.test";
const PROXIED = "proxied.trouble.test";
const labelsOf = (host: string) => ({ "dag.enabled": "true", "dag.host": host });

describe("a problem with Docker is reported with its solution", () => {
  void it("a network that was pruned while its container slept", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const network = await docker.docker.createNetwork({ Name: `shop-${Date.now()}`, Driver: "bridge" });
    const { Name: name } = (await network.inspect()) as { Name: string };
    const labels = { ...labelsOf(PRUNED), "com.docker.compose.project": "shop", "com.docker.compose.service": "app" };
    await docker.createContainer({ labels, network: name, start: false });
    await network.remove();
    const gateway = await startGateway(t, { dockerHost: docker.host });
    const problem = (await gateway.request({ host: PRUNED })).json();
    assert.equal(problem.reason, "refused");
    assert.match(problem.detail, new RegExp(`network "${name}" was removed.*docker compose up -d`, "u"));
    assert.doesNotMatch(problem.detail, /[0-9a-f]{64}/u);
  });

  void it("a socket proxy that forbids events, without which apps are woken all the same", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    await docker.createContainer({ labels: labelsOf(PROXIED), start: false });
    const proxy = await startProxy(t, docker.host, (url) => !url.includes("/events"));
    const gateway = await startGateway(t, { dockerHost: proxy });
    assert.equal((await gateway.request({ host: PROXIED })).status, 200);
    await gateway.waitForLog((line) => /forbids|GET \/events/u.test(String(line["msg"])));
    assert.equal((await gateway.request({ path: "/_ready" })).status, 200);
    const logged = gateway.log.filter((line) => /events/u.test(String(line["msg"])));
    assert.equal(logged.length, 1);
    assert.ok(!gateway.log.some((line) => /cannot be reached/u.test(String(line["msg"]))));
  });

  void it("a Docker context that only the docker command knows", async (t) => {
    const home = mkdtempSync(path.join(tmpdir(), "dag-home-"));
    cleanup(t, () => rmSync(home, { recursive: true, force: true }));
    const host = `unix://${home}/desktop/docker.sock`;
    writeContext(path.join(home, ".docker"), "desktop-linux", host);
    const gateway = await startGateway(t, { env: { DOCKER_HOST: "", HOME: home } });
    const line = await gateway.waitForLog(({ msg }) => String(msg).includes("desktop-linux"));
    assert.ok(String(line["msg"]).includes(`set DOCKER_HOST=${host}`));
  });

  void it("no context is named where DOCKER_HOST is set, or the context is the default one", async (t) => {
    const home = mkdtempSync(path.join(tmpdir(), "dag-home-"));
    cleanup(t, () => rmSync(home, { recursive: true, force: true }));
    writeContext(path.join(home, ".docker"), "default", "unix:///elsewhere.sock");
    for (const env of [{ DOCKER_HOST: "" }, { DOCKER_CONTEXT: "other" }]) {
      const gateway = await startGateway(t, { env: { HOME: home, ...env } });
      await waitUntil(async () => (await gateway.request({ path: "/_ready" })).status > 0);
      assert.ok(!gateway.log.some((line) => /context/u.test(String(line["msg"]))));
    }
  });
});

function writeContext(folder: string, name: string, host: string): void {
  const meta = path.join(folder, "contexts/meta", createHash("sha256").update(name).digest("hex"));
  mkdirSync(meta, { recursive: true });
  writeFileSync(path.join(folder, "config.json"), JSON.stringify({ currentContext: name }));
  writeFileSync(path.join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

/** Answers 403 to what may not pass, as socket proxies do. Returns its DOCKER_HOST. */
async function startProxy(t: TestContext, dockerHost: string, mayPass: (url: string) => boolean): Promise<string> {
  const server = createServer((req, res) => {
    if (!mayPass(req.url ?? "")) return void res.writeHead(403).end("Forbidden\n");
    const socketPath = dockerHost.slice("unix://".length);
    const { method = "GET", url = "/", headers } = req;
    const passed = httpRequest({ socketPath, method, path: url, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    passed.on("error", () => res.destroy());
    req.pipe(passed);
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
