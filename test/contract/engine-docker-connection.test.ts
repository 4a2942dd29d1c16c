import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import tls from "node:tls";
import type { DockerEnvironment } from "../../src/engines/docker/connection.ts";
import { cleanup } from "../support/cleanup.ts";
import { dockerOrSkip, uniqueName } from "../support/docker.ts";
import { freePort } from "../support/http.ts";
import { openEngine, refer } from "./engine-docker-subject.ts";

describe("the connection to Docker", () => {
  test("over TCP", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const app = await docker.createContainer({ image: "tiny" });
    for (const address of ["127.0.0.1", "::1"]) {
      const port = await listen(t, address, createServer(toDocker(docker.host)));
      const host = address.includes(":") ? `tcp://[${address}]:${port}` : `tcp://${address}:${port}`;
      assert.equal((await openEngine(t, host).observe(refer(app))).status, "running");
    }
  });

  test("over TLS, with certificates of both sides", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const certificates = makeCertificates(t);
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((file) =>
      readFileSync(path.join(certificates, file)),
    );
    const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
    const port = await listen(t, "127.0.0.1", tls.createServer(options, toDocker(docker.host)));
    const environment = { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: "1" };
    const trusted = openEngine(t, "", { environment: { ...environment, DOCKER_CERT_PATH: certificates } });
    assert.ok(Array.isArray(await trusted.list()));
    await assert.rejects(openEngine(t, "", { environment }).list(), {
      code: "unreachable",
      message: /TLS|certificate/,
    });
  });

  const faults: [rule: string, at: () => Promise<DockerEnvironment>, says: RegExp][] = [
    ["no socket", async () => ({ DOCKER_HOST: "unix:///no/docker.sock" }), /no Docker socket at .*mount/],
    [
      "a port without a listener",
      async () => ({ DOCKER_HOST: `tcp://127.0.0.1:${await freePort()}` }),
      /Nothing listens at/,
    ],
    ["an unknown host", async () => ({ DOCKER_HOST: "tcp://docker.invalid:2375" }), /host name in DOCKER_HOST/],
  ];
  for (const [rule, at, says] of faults) {
    test(`${rule} is reported with what to do about it`, async (t) => {
      const engine = openEngine(t, "", { environment: await at() });
      for (const call of [
        engine.list(),
        engine.observe(refer({ name: "app" })),
        engine.start(refer({ name: "app" })),
      ]) {
        await assert.rejects(call, { name: "EngineError", code: "unreachable", message: says });
      }
    });
  }

  test("a response that ends early does not cause an endless wait", async (t) => {
    const docker = dockerOrSkip(t);
    if (docker === undefined) return;
    const port = await listen(t, "127.0.0.1", createServer(cutShort));
    const started = performance.now();
    await assert.rejects(openEngine(t, `tcp://127.0.0.1:${port}`).list(), { code: "unreachable" });
    assert.ok(performance.now() - started < 15_000);
  });
});

/** Passes every connection on to Docker's socket. */
function toDocker(host: string): (near: Socket) => void {
  return (near) => {
    const far = connect(host.slice("unix://".length));
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.on("close", () => far.destroy());
    near.pipe(far).pipe(near);
  };
}

function cutShort(socket: Socket): void {
  socket.on("error", () => undefined);
  socket.once("data", () => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{");
  });
}

async function listen(t: TestContext, address: string, server: Server): Promise<number> {
  server.listen(0, address);
  await once(server, "listening");
  cleanup(t, () => server.close());
  return (server.address() as AddressInfo).port;
}

/** One key pair that signs itself and stands for both sides; the names are those of DOCKER_CERT_PATH. */
function makeCertificates(t: TestContext): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), uniqueName("certs")));
  cleanup(t, () => rmSync(directory, { recursive: true }));
  const at = (file: string): string => path.join(directory, file);
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=docker", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", [...request, ...names, "-keyout", at("key.pem"), "-out", at("cert.pem")], { stdio: "pipe" });
  execFileSync("cp", [at("cert.pem"), at("ca.pem")]);
  return directory;
}
