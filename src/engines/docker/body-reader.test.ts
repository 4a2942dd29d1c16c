import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test, type TestContext } from "node:test";
import { createBodyReader, type ReadBody } from "./body-reader.ts";
import { readConnection } from "./connection.ts";

const LONG = Buffer.alloc(5_000_000, "a list of containers ");
const never = new AbortController().signal;

test("reading a long body again takes no further memory", async (t) => {
  const read = await readerOf(t, [`HTTP/1.1 200 OK\r\nContent-Length: ${LONG.length}\r\n\r\n`, LONG]);
  const lengthOf = (body: Buffer): number => body.length;
  assert.equal(await read("/list", never, lengthOf), LONG.length);
  const { arrayBuffers: before } = process.memoryUsage();
  for (let at = 0; at < 5; at += 1) assert.equal(await read("/list", never, lengthOf), LONG.length);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < LONG.length / 2, `${grown} bytes`);
});

const BODIES = {
  "chunks of any size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
  "everything until the end of the connection": "HTTP/1.0 200 OK\r\n\r\nabcde",
};

for (const [what, response] of Object.entries(BODIES)) {
  test(`${what} is the body`, async (t) => {
    const read = await readerOf(t, [response]);
    assert.equal(await read("/list", never, String), "abcde");
  });
}

const FAULTS: readonly (readonly [title: string, response: string, error: object])[] = [
  [
    "another status is an error with Docker's reason",
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 16\r\n\r\n{"message":"no"}',
    { statusCode: 403, json: { message: "no" } },
  ],
  ["a body that was cut is an error", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]", { code: "ECONNRESET" }],
  ["invalid HTTP is an error", "SSH-2.0\r\n\r\n", { message: "no status line" }],
];

for (const [title, response, error] of FAULTS) {
  test(title, async (t) => {
    const read = await readerOf(t, [response]);
    await assert.rejects(read("/list", never, String), error);
  });
}

test("a response that never comes can be given up", async (t) => {
  const read = await readerOf(t, undefined);
  await assert.rejects(read("/list", AbortSignal.timeout(50), String), { code: "ABORT_ERR" });
});

/** Creates a reader of a server with this response; `undefined`: none. */
async function readerOf(t: TestContext, response: readonly (string | Buffer)[] | undefined): Promise<ReadBody> {
  const bytes = response && Buffer.concat(response.map((part) => Buffer.from(part)));
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => bytes && socket.end(bytes));
    t.after(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return createBodyReader(readConnection({ DOCKER_HOST: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` }));
}
