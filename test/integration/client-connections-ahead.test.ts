import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { it } from "node:test";
import { createFieldNames } from "../../src/http1/field-names.ts";
import { parseSimpleRequest } from "../../src/http1/simple-request.ts";
import { ClientConnection, type ClientConnectionDeps } from "../../src/http1/client-connection.ts";
import { createForwarder } from "../../src/proxy/forwarder.ts";
import type { ForwardOutcome } from "../../src/proxy/outcome.ts";
import { cleanup } from "../support/cleanup.ts";
import { waitUntil } from "../support/wait-until.ts";
import { answering, startRawApp } from "./proxy-fixture.ts";
import { delivered } from "../support/delivered.ts";

const deps: ClientConnectionDeps = {
  parse: () => assert.fail("nothing is read"),
  serve: () => assert.fail("nothing is read"),
  handOver: () => assert.fail("it is simple"),
  forget() {},
  isDraining: () => false,
  dateLine: () => "",
};

void it("bytes sent ahead of a response are handed over in one piece, because node:http reorders a second one", async () => {
  const sent = Array.from({ length: 5 }, (_, at) => Buffer.alloc(40_000, at));
  const handed: Buffer[] = [];
  const socket = new Duplex({ read() {}, write: (_bytes, _coding, done) => done() });
  const client = new ClientConnection(
    {
      ...deps,
      parse: (bytes) => parseSimpleRequest(bytes, createFieldNames()),
      serve: () => true,
      handOver: (from) => void from.on("data", (bytes: Buffer) => void handed.push(bytes)),
    },
    socket as unknown as Socket,
  );
  socket.push("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const bytes of sent) socket.push(bytes);
  await waitUntil(() => socket.isPaused(), 5_000, "it to be too much");
  assert.ok(socket.readableLength > 40_000, "pieces wait in the stream");
  client.endResponse(false);
  await waitUntil(() => handed.length > 0, 5_000, "the bytes");
  assert.ok(handed[0]!.equals(Buffer.concat(sent)));
});

void it("a client that does not read its response does not delay those of others", async (t) => {
  const app = await startRawApp(t, answering(`HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n${"x".repeat(30_000)}`));
  const forwarder = createForwarder({ isTrusted: () => false });
  cleanup(t, () => forwarder.close());
  const to = { host: "127.0.0.1", port: app.port, published: false };
  const request = parseSimpleRequest(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), createFieldNames());
  assert.ok(typeof request === "object");

  /** Of its bytes nothing is taken as long as it is deaf. */
  function ask(isDeaf: boolean): Duplex {
    const socket = new Duplex({
      writableHighWaterMark: 1_000,
      read() {},
      write: (_bytes, _coding, done) => isDeaf || done(),
    });
    const client = new ClientConnection(deps, socket as unknown as Socket);
    const asked = request as Exclude<typeof request, string>;
    const onEnd = ({ kind }: ForwardOutcome): void => void outcomes.push(kind);
    forwarder.forwardSimple({ request: asked, body: undefined, client, to, passHost: true, onEnd });
    return socket;
  }

  const outcomes: string[] = [];
  const deaf = ask(true);
  await waitUntil(() => deaf.writableLength > 30_000, 5_000, "the answer");
  await delivered();
  ask(false);
  await waitUntil(() => outcomes.length === 1, 5_000, "the other one's answer");
  assert.equal(app.sockets.length, 1, "on the same connection");
  deaf.destroy();
  await waitUntil(() => outcomes.length === 2);
  assert.deepEqual(outcomes, ["done", "done"]);
});
