import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { meetsItself } from "./self-connection.ts";

/** Nobody else on this machine connects from it, nor listens on it: what was free a moment ago is free still. */
const HOST = `127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}`;
/** Below those that the system hands out: not even who listens on every address has it. */
const PORT = 20_001;

test("a connection to itself is distinguished from one to a server", async (t) => {
  assert.equal(meetsItself(await connectFromTo(t, PORT)), true);

  const server = createServer((socket) => socket.on("error", () => {}).resume()).listen(PORT + 1, HOST);
  t.after(() => server.close());
  await once(server, "listening");
  assert.equal(meetsItself(await connectFromTo(t, PORT + 1)), false);
});

/** From the same port on the way to itself, from another one where somebody listens. */
async function connectFromTo(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ host: HOST, port, localAddress: HOST, localPort: PORT });
  t.after(() => socket.resetAndDestroy());
  await once(socket, "connect");
  return socket;
}
