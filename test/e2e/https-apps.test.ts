import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe } from "node:test";
import { WebSocket } from "ws";
import { cleanup } from "../support/cleanup.ts";
import { startGateway } from "../support/gateway.ts";
import { selfSigned } from "../support/self-signed.ts";
import { onDocker } from "../support/sleeping.ts";
import type { TestDocker } from "../support/docker.ts";

/** An app that accepts only TLS: it answers with the server name, the number of its connection, and the size of the body. */
const SCRIPT = `
const { WebSocketServer } = require("/app/node_modules/ws");
let connections = 0;
const server = require("node:https").createServer(JSON.parse(process.env.CERTIFICATE), async (req, res) => {
  let bytes = 0;
  for await (const chunk of req) bytes += chunk.length;
  req.socket.number ??= ++connections;
  const { servername, number } = req.socket;
  res.end(JSON.stringify({ servername, number, bytes, host: req.headers.host, url: req.url }));
});
new WebSocketServer({ server }).on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
server.listen(443);
`;

async function createApp(docker: TestDocker, names: readonly string[]) {
  const env = { CERTIFICATE: JSON.stringify(selfSigned(names)) };
  return docker.createContainer({ start: false, cmd: ["node", "-e", SCRIPT], env });
}

describe("an app that speaks https only", () => {
  onDocker("is reached by target_scheme: https for requests, uploads and WebSockets", async (t, docker) => {
    const app = await createApp(docker, ["app.test"]);
    const container = { name: app.name, host: "app.test, *.app.test", target_port: 443, target_scheme: "https" };
    const gateway = await startGateway(t, {
      dockerHost: docker.host,
      config: { containers: [{ ...container, host: container.host.split(", "), health_path: "/up" }] },
    });
    const first = await gateway.request({ host: "app.test:8080", path: "/a?b=1" });
    assert.equal(first.status, 200);
    const { servername, host, url } = first.json();
    assert.deepEqual({ servername, host, url }, { servername: "app.test", host: "app.test:8080", url: "/a?b=1" });
    const next = (await gateway.request({ host: "app.test" })).json();
    assert.equal(next.number, first.json().number, "a kept connection is used again");
    const other = (await gateway.request({ host: "b.app.test" })).json();
    assert.equal(other.servername, "b.app.test", "but not for another name");

    const large = await gateway.request({ host: "app.test", method: "POST", body: Buffer.alloc(3_000_000) });
    assert.equal(large.json().bytes, 3_000_000);
    const small = await gateway.request({ host: "app.test", method: "POST", body: "abc" });
    assert.equal(small.json().bytes, 3);

    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { host: "app.test" } });
    cleanup(t, () => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const echoed = new Promise((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString())));
    socket.send("over TLS");
    assert.equal(await echoed, "over TLS");
  });

  onDocker(
    "is refused by target_verify for its certificate, and reported as TLS without the key",
    async (t, docker) => {
      const app = await createApp(docker, ["app.test"]);
      await app.start(); // so that its own start takes nothing from their start_timeout
      await app.untilListens(443);
      const own = { name: app.name, target_port: 443, start_timeout: "6s" };
      const gateway = (container: object) =>
        startGateway(t, {
          dockerHost: docker.host,
          config: { containers: [{ ...own, host: "app.test", ...container }] },
        });
      const [strict, plain, direct] = await Promise.all([
        gateway({ target_scheme: "https", target_verify: true }),
        gateway({ health_path: "/up" }),
        gateway({}),
      ]);
      const details = [strict, plain, direct].map(
        async (one) => (await one.request({ host: "app.test" })).json().detail,
      );
      const [invalid, tls, broken] = await Promise.all(details);
      assert.match(invalid, /certificate is not valid \(.*self-signed/u);
      assert.match(tls, /speaks TLS.*target_scheme: https/u);
      assert.doesNotMatch(`${invalid} ${tls}`, /set target_port/u, "something answers on its port");
      assert.match(broken, /speaks TLS.*target_scheme: https/u);
    },
  );

  onDocker(
    "is refused by target_verify for a name that is not in its certificate, and this is reported",
    async (t, docker) => {
      const own = selfSigned(["app.test"]);
      const dir = mkdtempSync(path.join(tmpdir(), "dag-ca-"));
      cleanup(t, () => rmSync(dir, { recursive: true, force: true }));
      writeFileSync(path.join(dir, "ca.pem"), own.cert);
      const app = await docker.createContainer({
        start: false,
        cmd: ["node", "-e", SCRIPT],
        env: { CERTIFICATE: JSON.stringify(own) },
      });
      const gateway = await startGateway(t, {
        dockerHost: docker.host,
        env: { NODE_EXTRA_CA_CERTS: path.join(dir, "ca.pem") },
        config: {
          containers: [
            {
              name: app.name,
              host: ["app.test", "wrong.test"],
              target_port: 443,
              target_scheme: "https",
              target_verify: true,
            },
          ],
        },
      });
      const right = await gateway.request({ host: "app.test" });
      assert.equal(right.json().servername, "app.test", right.text);
      const wrong = await gateway.request({ host: "wrong.test" });
      assert.equal(wrong.status, 502);
      assert.match(wrong.json().detail, /certificate is not valid \(.*wrong\.test/u);
      assert.equal((await gateway.request({ host: "app.test" })).status, 200);
    },
  );
});
