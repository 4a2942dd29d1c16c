import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import { flatFields } from "../../src/http1/field-lines.ts";
import { type ProxyFixture, rawClient, READ_BY_NODE, startProxy, startRawApp } from "./proxy-fixture.ts";

/** An answer in the pieces in which it is sent. */
interface Script {
  readonly pieces: readonly string[];
  readonly endsByClose: boolean;
}

interface Seen {
  readonly heard: readonly string[];
  readonly hints: string;
  readonly status: string;
  readonly headers: readonly string[];
  readonly body: string;
}

async function play(socket: Socket, { pieces, endsByClose }: Script): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece, "latin1");
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (endsByClose) socket.end();
}

/** The same app behind both ways of reading requests. */
async function startBoth(t: TestContext): Promise<(request: string, script: Script) => Promise<[Seen, Seen]>> {
  let script: Script = { pieces: [], endsByClose: false };
  let heard = "";
  const app = await startRawApp(t, (socket) => {
    let got = "";
    socket.on("data", (bytes: Buffer) => {
      got += bytes.toString("latin1");
      if (!got.endsWith("\r\n\r\n") && !got.endsWith("body")) return;
      heard = got;
      got = "";
      void play(socket, script);
    });
  });
  const simple = await startProxy(t, { upstream: app.port });
  process.env[READ_BY_NODE] = "yes";
  const byNode = await startProxy(t, { upstream: app.port });
  delete process.env[READ_BY_NODE];

  async function ask({ port }: ProxyFixture, request: string): Promise<Seen> {
    // A close is requested, so that the end can be awaited and nothing follows it.
    const client = await rawClient(t, port, request);
    const all = await client.closed();
    client.socket.destroy();
    const [hints = ""] = /^HTTP\/1\.1 103 [^]*?\r\n\r\n/u.exec(all) ?? [];
    const text = all.slice(hints.length);
    const end = text.indexOf("\r\n\r\n");
    const [status = "", ...lines] = text.slice(0, end).split("\r\n");
    const flat = flatFields(lines.map((line) => `${line}\r\n`).join(""));
    const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [`${name.toLowerCase()}: ${flat[at + 1]}`] : []));
    const [head = "", ...rest] = heard.split("\r\n\r\n");
    return {
      heard: [...head.split("\r\n").map(evened).toSorted(), rest.join("\r\n\r\n")],
      hints,
      status,
      headers: pairs.filter((pair) => !pair.startsWith("date:")).toSorted(),
      body: unframed(text.slice(end + 4), pairs.includes("transfer-encoding: chunked")),
    };
  }

  return async (request, next) => {
    script = next;
    return [await ask(simple, request), await ask(byNode, request)];
  };
}

/** Blanks around a value are of no account. */
function evened(line: string): string {
  return line.replace(/^([\w-]+):[\t ]*(.*?)[\t ]*$/u, "$1: $2");
}

/** Chunks may be cut in two ways; what they hold, and the trailers, must be the same. */
function unframed(text: string, isChunked: boolean): string {
  if (!isChunked) return text;
  let body = "";
  for (let at = 0; ;) {
    const end = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (size === 0) return `${body}|${text.slice(end + 2)}`;
    assert.ok(size > 0, `no chunk at ${at} of ${JSON.stringify(text.slice(0, 200))}`);
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

const field = fc.constantFrom(
  "Set-Cookie: a=1",
  "set-cookie:b=2",
  "X-A:  two  ",
  "Keep-Alive: timeout=9",
  "Proxy-Connection: close",
  "X-B: \xe4",
  "Vary: Accept",
  "Trailer: X-Sum",
  "Date: Sat, 28 Nov 2026 00:00:00 GMT",
);
const answer = fc
  .record({
    status: fc.constantFrom("200 OK", "404 Not Found", "204 No Content", "304 Not Modified", "299", "500 \xe4"),
    fields: fc.array(field, { maxLength: 5 }),
    size: fc.constantFrom(0, 1, 900, 16_384, 16_385, 70_000),
    framing: fc.constantFrom("length", "chunked", "close"),
    hints: fc.boolean(),
    cuts: fc.array(fc.nat(400), { maxLength: 3 }),
  })
  .map(({ status, fields, size, framing, hints, cuts }): Script => {
    const isBodiless = /^(?:204|304)/u.test(status);
    const body = "b".repeat(size);
    const [how, framed] = isBodiless
      ? ["", ""]
      : framing === "length"
        ? [`Content-Length: ${size}\r\n`, body]
        : framing === "chunked"
          ? ["Transfer-Encoding: chunked\r\n", `${chunks(body)}0\r\nX-Sum: 1\r\n\r\n`]
          : ["", body];
    const lines = fields.map((line) => `${line}\r\n`).join("");
    const text = `${hints ? "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" : ""}HTTP/1.1 ${status}\r\n${lines}${how}\r\n${framed}`;
    const ends = [...new Set(cuts)].toSorted((a, b) => a - b).filter((cut) => cut > 0 && cut < text.length);
    const pieces = [0, ...ends].map((from, at) => text.slice(from, ends[at]));
    return { pieces, endsByClose: framing === "close" && !isBodiless };
  });

function chunks(body: string): string {
  const half = Math.floor(body.length / 2);
  return [body.slice(0, half), body.slice(half)]
    .filter((part) => part !== "")
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join("");
}

const request = fc
  .record({
    line: fc.constantFrom("GET /a?b HTTP/1.1", "DELETE /x HTTP/1.1", "POST /p HTTP/1.1", "HEAD /h HTTP/1.1"),
    headers: fc.array(
      fc.constantFrom(
        "Cookie: a=1",
        "cookie: b=2",
        "X-Forwarded-For: 9.9.9.9",
        "X-Gateway-Wake: 1",
        "x_real_ip: 1",
        "A:b",
      ),
      { maxLength: 4 },
    ),
    hasBody: fc.boolean(),
  })
  .map(({ line, headers, hasBody }) => {
    const lines = [line, "Host: a.test", ...headers, ...(hasBody ? ["Content-Length: 4"] : []), "Connection: close"];
    return `${lines.join("\r\n")}\r\n\r\n${hasBody ? "body" : ""}`;
  });

describe("a simple request", () => {
  void it(
    "gets to the app, and its answer to the client, as if node:http had read it",
    { timeout: 120_000 },
    async (t) => {
      const both = await startBoth(t);
      await fc.assert(
        fc.asyncProperty(request, answer, async (asked, script) => {
          // To HEAD nothing but a head is an answer.
          const [head = ""] = script.pieces.join("").split(/(?<=\r\n\r\n)(?!HTTP)/u);
          const isHead = asked.startsWith("HEAD");
          const [simple, byNode] = await both(asked, isHead ? { pieces: [head], endsByClose: true } : script);
          assert.deepEqual(simple, byNode);
        }),
        { numRuns: 100 },
      );
    },
  );
});
