import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { meetsItself } from "./self-connection.ts";

/** A port that no other program of this machine uses, so that it stays free. */
const HOST = `127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
/** Below the ephemeral ports, and not in use on any address. */
const PORT = 20_001;

test("a connection to itself is distinguished from one to a server", async (t) => {
  assert.equal(meetsItself(await connectFromTo(t, PORT)), true);

  const server = createServer((socket) => socket.on("error", () => {}).resume()).listen(PORT + 1, HOST);
  t.after(() => server.close());
  await once(server, "listening");
  assert.equal(meetsItself(await connectFromTo(t, PORT + 1)), false);
});

/** Connects from the same port to itself, or from another one to a listener. */
async function connectFromTo(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ host: HOST, port, localAddress: HOST, localPort: PORT });
  t.after(() => socket.resetAndDestroy());
  await once(socket, "connect");
  return socket;
}
