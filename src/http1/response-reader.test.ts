import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ResponseReader } from "./response-reader.ts";
import { flatFields } from "./field-lines.ts";

interface ResponseParts {
  readonly informations: number[];
  status: number;
  headers: readonly string[];
  body: string;
  trailers: readonly string[] | undefined;
  keepMs: number;
}

/** Reads an answer that comes in these pieces; throws as the reader does. */
function read(pieces: readonly string[], isBodiless = false): ResponseParts & { readonly reader: ResponseReader } {
  const parts: ResponseParts = { informations: [], status: 0, headers: [], body: "", trailers: undefined, keepMs: -1 };
  const reader = new ResponseReader();
  reader.begin(
    {
      onInformation: ({ status }) => void parts.informations.push(status),
      onHead: ({ status, fields }) => void Object.assign(parts, { status, headers: flatFields(fields.lines) }),
      onBody: (bytes) => void (parts.body += bytes.toString("latin1")),
      onEnd: (trailers, keepMs) => void Object.assign(parts, { trailers, keepMs }),
    },
    isBodiless,
  );
  const lent = Buffer.alloc(128 * 1024);
  for (const piece of pieces) {
    // As a line does it: each piece is written over the one before.
    reader.read(lent.subarray(0, lent.write(piece, "latin1")));
  }
  return { ...parts, reader };
}

const HEAD = "HTTP/1.1 200 OK\r\n";

describe("the end of an answer", () => {
  const cases: readonly (readonly [title: string, answer: string, body: string, keepMs: number])[] = [
    ["its Content-Length", `${HEAD}Content-Length: 5\r\n\r\nhello`, "hello", 4_000],
    ["an empty body", `${HEAD}content-length:0\r\n\r\n`, "", 4_000],
    [
      "its last chunk",
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x="y"\r\n!\r\n0\r\n\r\n`,
      "hello!",
      4_000,
    ],
    ["trailers", `${HEAD}Transfer-Encoding: Chunked\r\n\r\n005 \r\nhello\r\n0\r\nX-A: 1\r\n\r\n`, "hello", 4_000],
    ["204", "HTTP/1.1 204 No Content\r\n\r\n", "", 4_000],
    ["304, whatever its length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", "", 4_000],
    ["no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "ok", 4_000],
    ["after information", `HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 2\r\n\r\nok`, "ok", 4_000],
    [
      "a long head",
      `${HEAD}Set-Cookie: ${"x".repeat(5_000)}\r\nContent-Length: 6\r\n\r\n\r\n\r\nok`,
      "\r\n\r\nok",
      4_000,
    ],
    ["close", `${HEAD}Connection: x, Close\r\nContent-Length: 2\r\n\r\nok`, "ok", 0],
    ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 0],
    ["HTTP/1.0, kept", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", "ok", 4_000],
    ["kept for a while", `${HEAD}Keep-Alive: timeout=3, max=9\r\nContent-Length: 2\r\n\r\nok`, "ok", 2_000],
    ["not kept for long enough", `${HEAD}Keep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok`, "ok", 0],
  ];
  for (const [title, answer, body, keepMs] of cases) {
    void it(`${title}: found wherever the packets end`, () => {
      const whole = read([answer]);
      assert.deepEqual([whole.body, whole.keepMs, whole.reader.isIdle], [body, keepMs, true]);
      for (let cut = 1; cut < answer.length; cut += 1) {
        const { reader: _one, ...parts } = read([answer.slice(0, cut), answer.slice(cut)]);
        const { reader: _other, ...expected } = whole;
        assert.deepEqual(parts, expected, `cut at ${cut}`);
      }
      assert.equal(read(answer.split("")).body, body);
    });
  }

  void it("the end of the connection, where nothing else tells", () => {
    const { reader, body } = read([`${HEAD}\r\nhel`, "lo"]);
    assert.equal(body, "hello");
    assert.equal(reader.isIdle, false);
    assert.equal(reader.close(), true);
  });

  void it("not the end of the connection when it is premature", () => {
    for (const part of ["", "HTTP/1.1 2", HEAD, `${HEAD}Content-Length: 5\r\n\r\nhell`]) {
      assert.equal(read([part]).reader.close(), false);
    }
    assert.equal(read([`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`]).reader.close(), false);
  });

  void it("the head, to HEAD", () => {
    const { reader, status, trailers } = read([`${HEAD}Content-Length: 5\r\n\r\n`], true);
    assert.deepEqual([reader.isIdle, status, trailers], [true, 200, []]);
  });
});

void it("values lose the blanks around them, and nothing else", () => {
  const { headers } = read([`${HEAD}A: \t x\ty  \r\nb:\r\nC:\u00e9: \r\nContent-Length: 0\r\n\r\n`]);
  assert.deepEqual(headers.slice(0, 6), ["A", "x\ty", "b", "", "C", "\u00e9:"]);
});

describe("what is no answer", () => {
  const wrong: readonly (readonly [title: string, answer: string])[] = [
    ["another protocol", "SSH-2.0-x\r\n\r\n"],
    ["another version", "HTTP/2.0 200 OK\r\n\r\n"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"],
    ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"],
    ["a switch of protocols", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"],
    ["a line end that is half of one", `${HEAD}A: b\nContent-Length: 0\r\n\r\n`],
    ["half line ends alone, whose end would never come", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"],
    ["the other half", `${HEAD}A: b\rContent-Length: 0\r\n\r\n`],
    ["a NUL", `${HEAD}A: b\0\r\n\r\n`],
    ["no colon", `${HEAD}A b\r\n\r\n`],
    ["half a line end behind no reason", "HTTP/1.1 200\rContent-Length: 2\r\n\r\nok"],
    ["a status that does not end", "HTTP/1.1 200: OK\r\nContent-Length: 2\r\n\r\nok"],
    ["a status line cut short", "HTTP/1.1 \r\nContent-Length: 2\r\n\r\nok"],
    ["a status with a letter", "HTTP/1.1 2OO OK\r\nContent-Length: 2\r\n\r\nok"],
    ["a status below those there are", "HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok"],
    ["a control character in the reason", "HTTP/1.1 200 O\x07K\r\nContent-Length: 2\r\n\r\nok"],
    ["no name", `${HEAD}: b\r\n\r\n`],
    ["two lengths", `${HEAD}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`],
    ["a list of lengths", `${HEAD}Content-Length: 2, 2\r\n\r\nok`],
    ["a negative length", `${HEAD}Content-Length: -2\r\n\r\nok`],
    ["length and chunks", `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ["an unknown coding", `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ["chunked twice", `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk without size", `${HEAD}Transfer-Encoding: chunked\r\n\r\n;x\r\n`],
    ["a chunk of 0x2", `${HEAD}Transfer-Encoding: chunked\r\n\r\n0x2\r\nok\r\n`],
    ["an extension with half a line end", `${HEAD}Transfer-Encoding: chunked\r\n\r\n2;\nx\r\nok\r\n`],
    ["a chunk longer than it says", `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nok!\r\n0\r\n\r\n`],
    ["more than it says", `${HEAD}Content-Length: 2\r\n\r\nok!`],
    ["a body for 204", "HTTP/1.1 204 No Content\r\n\r\nok"],
    ["a head without end", `${HEAD}${"A: b\r\n".repeat(12_000)}`],
  ];
  for (const [title, answer] of wrong) {
    void it(title, () => {
      assert.throws(() => read([answer]));
      assert.throws(() => read(answer.match(/[\s\S]{1,999}/gu) ?? []));
    });
  }

  void it("bytes that nobody asked for", () => {
    assert.throws(() => new ResponseReader().read(Buffer.from("x")));
  });
});

void it("chunks of any size, cut anywhere, make the body that they are", () => {
  const pieces = fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 50 }), { maxLength: 20 });
  fc.assert(
    fc.property(pieces, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (chunks, cuts) => {
      const coded = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
      const answer = `${HEAD}Transfer-Encoding: chunked\r\n\r\n${coded}0\r\n\r\n`;
      const packets: string[] = [];
      for (let at = 0, turn = 0; at < answer.length; turn += 1) {
        const length = cuts[turn % cuts.length] ?? 1;
        packets.push(answer.slice(at, at + length));
        at += length;
      }
      assert.equal(read(packets).body, chunks.join(""));
    }),
  );
});
