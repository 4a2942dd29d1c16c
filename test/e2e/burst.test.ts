import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { buildGateway } from "../support/built-gateway.ts";
import { cleanup } from "../support/cleanup.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { freePort } from "../support/http.ts";
import { elapse } from "../support/real-time.ts";
import { residentMegabytes } from "../support/resident.ts";
import { waitUntil } from "../support/wait-until.ts";

const EACH = 4_000;
const AT_ONCE = 200;
/** Until the garbage of the start-up was collected. */
const SETTLE_MS = 3_000;
const GIVEN_BACK_MS = 120_000;

test(`memory after ${EACH} WebSockets and ${EACH} held requests comes back to 1.5 times what it was`, async (t) => {
  const containers = [await container("awake", 0), await container("waking", 3_600_000)];
  const gateway = await startGateway(t, {
    program: buildGateway(t),
    config: { gateway: { max_pending: EACH }, containers },
  });
  await waitUntil(async () => (await gateway.request({ host: "awake.test" })).status === 200, 30_000, "the app");
  await elapse(SETTLE_MS);
  const before = residentMegabytes(gateway.pid);

  const sockets: net.Socket[] = [];
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  cleanup(t, closeAll);
  for (let opened = 0; opened < EACH; opened += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, async () => {
      sockets.push(await send(gateway, HELD));
      const tunnel = await send(gateway, UPGRADE);
      sockets.push(tunnel);
      await new Promise((resolve, reject) => tunnel.once("data", resolve).once("close", reject));
    });
    await Promise.all(some);
  }
  const during = residentMegabytes(gateway.pid);
  closeAll();

  let after = during;
  const isBack = (): boolean => (after = residentMegabytes(gateway.pid)) <= before * 1.5;
  await waitUntil(isBack, GIVEN_BACK_MS, "its memory").catch(() => {});
  t.diagnostic(`before ${before.toFixed(1)} MB, with the connections ${during.toFixed(1)}, after ${after.toFixed(1)}`);
  assert.ok(after <= before * 1.5, `${(after / before).toFixed(2)} times as much`);
  assert.deepEqual(
    gateway.log.filter((line) => "raw" in line),
    [],
  );
});

async function send({ port }: Gateway, request: string): Promise<net.Socket> {
  const socket = net.connect(port, "127.0.0.1");
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.resume().write(request);
  return socket;
}

const HELD = "GET / HTTP/1.1\r\nHost: waking.test\r\n\r\n";
const UPGRADE = "GET / HTTP/1.1\r\nHost: awake.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

/** A process that listens after `delayMs`. */
async function container(name: string, delayMs: number): Promise<object> {
  const port = await freePort();
  const command = [process.execPath, "-e", APP];
  return {
    name,
    host: `${name}.test`,
    wake: "hold",
    hold_timeout: "10m",
    start_timeout: "10m",
    max_pending: EACH,
    process: { command, env: { DELAY_MS: `${delayMs}` }, port },
  };
}

const APP = `
  const server = require("node:http").createServer((req, res) => res.end("here"));
  server.on("upgrade", (req, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n");
    socket.on("error", () => {}).on("end", () => socket.end()).resume();
  });
  setTimeout(() => server.listen(process.env.PORT, "127.0.0.1"), process.env.DELAY_MS);
`;
