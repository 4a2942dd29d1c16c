import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { meetsItself } from "./self-connection.ts";

test("a connection that has met itself is told from one to somebody", async (t) => {
  const server = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const other = connect(address.port, "127.0.0.1");
  await once(other, "connect");
  assert.equal(meetsItself(other), false);

  const port = other.localPort ?? 0;
  other.resetAndDestroy();
  await once(other, "close");
  const own = connect({ host: "127.0.0.1", port, localPort: port });
  t.after(() => own.destroy());
  await once(own, "connect");
  assert.equal(meetsItself(own), true);
});
