import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import { createFieldNames } from "../../src/http1/field-names.ts";
import { parseSimpleRequest } from "../../src/http1/simple-request.ts";
import { flatFields } from "../../src/http1/field-lines.ts";
import { SERVER_OPTIONS } from "../../src/http1/server-options.ts";
import { cleanup } from "../support/cleanup.ts";

interface ReadByNode {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What node:http makes of these bytes, as the listener has it; `refused`: no request. */
async function startNode(
  t: TestContext,
): Promise<(bytes: string) => Promise<ReadByNode | "refused" | "waits for more">> {
  let tell: (read: ReadByNode | "refused" | "waits for more") => void = () => {};
  const server = createServer({ ...SERVER_OPTIONS, optimizeEmptyRequests: false }, (req: IncomingMessage, res) => {
    const { method, url, rawHeaders } = req;
    let body = "";
    req.setEncoding("latin1").on("data", (part: string) => void (body += part));
    req.on("end", () => tell({ method, url, rawHeaders, body }));
    res.on("error", () => {});
  });
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) => {
    socket.destroy();
    tell(code === "HPE_INVALID_EOF_STATE" ? "waits for more" : "refused");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanup(t, () => server.close());
  cleanup(t, () => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return (bytes) =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.end(bytes, "latin1"));
      socket.on("error", () => {});
      // The first result counts: after the end of what is sent it is closed in any case.
      socket.on("close", () => resolve("waits for more")).resume();
      tell = (read) => {
        resolve(read);
        socket.destroy();
      };
    });
}

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("A", "X-App", "Cookie", "Accept", "Range", "Date", "Via", "X-Real-Ip", "~") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("Content-Length", "Connection", "Trailer", "Keep-Alive", "A ", " A", "Ä", ""),
  },
);
const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("", "1", "a b", "\t x \t", "a:b", "\xe4", '"q"', "keep-alive", "close", "5"),
  },
  { weight: 1, arbitrary: fc.constantFrom("\x00", "a\nB: 1", "a\rB: 1", "a\r\n b", "\x7f", "+5", "5, 5") },
);
const separator = fc.constantFrom(":", ": ", ":\t", ":  ");
const line = fc.tuple(name, separator, value).map((parts) => `${parts.join("")}\r\n`);
const requestLine = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("GET / HTTP/1.1", "POST /a?b#c HTTP/1.1", "DELETE //x/..;a HTTP/1.1") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("get / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET /\x80 HTTP/1.1"),
  },
);

describe("what passes for a simple request", () => {
  void it("node:http reads just so", async (t) => {
    const readByNode = await startNode(t);
    const names = createFieldNames();
    let simple = 0;
    await fc.assert(
      fc.asyncProperty(requestLine, fc.array(line, { maxLength: 6 }), fc.nat(6), async (first, lines, hostAt) => {
        const all = lines.toSpliced(hostAt, 0, "Host: a\r\n");
        const head = `${first}\r\n${all.join("")}`;
        const request = parseSimpleRequest(Buffer.from(`${head}\r\n`, "latin1"), names);
        if (typeof request === "string") return;
        simple += 1;
        const read = await readByNode(`${head}\r\n${"x".repeat(request.length)}`);
        assert.ok(typeof read !== "string", `node:http: ${read as string}: ${JSON.stringify(head)}`);
        assert.deepEqual([read.method, read.url], [request.method, request.target]);
        assert.equal(read.body.length, request.length);
        const given = [...flatFields(request.passed), "Host", request.host ?? "", ...flatFields(request.claims)];
        const pairs = (flat: readonly string[]): string[] =>
          flat.flatMap((text, at) => (at % 2 === 0 ? [`${text}: ${flat[at + 1]}`] : []));
        const kept = pairs(read.rawHeaders).filter((pair) => !/^(?:connection|keep-alive|trailer):/iu.test(pair));
        assert.deepEqual(pairs(given).toSorted(), kept.toSorted());
      }),
      { numRuns: 2_000 },
    );
    assert.ok(simple > 200, `only ${simple} were simple`);
  });
});
